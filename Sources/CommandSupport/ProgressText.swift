/// How far a piece of work is, in parts that are left out by their importance where there is little room.
package struct ProgressText {
    /// What is done, and the share of it: always there.
    package var head: String
    /// Such as `3/10 MB`.
    package var count: String
    /// Such as `2.5 MB/s`.
    package var rate: String
    /// Such as `2 min 5 s left`.
    package var left: String
    /// More that is known, the most important first.
    package var details: [String]

    package init(head: String, count: String, rate: String, left: String, details: [String]) {
        self.head = head
        self.count = count
        self.rate = rate
        self.left = left
        self.details = details
    }

    /// - Parameter width: of the terminal, in columns, of which the last stays free, for some terminals
    ///   go on to the next line once it is written; nil for any.
    /// - Returns: the head, cut if it must be, and of the other parts those that fit, first the time left,
    ///   then the details, the count and the rate.
    package func text(width: Int? = nil) -> String {
        let room = width.map { max($0 - 1, 0) } ?? .max
        let parts = [head, count, rate, left] + details
        let byImportance = [3] + Array(4..<parts.count) + [1, 2]
        var shown: Set = [0]
        var length = head.count
        for part in byImportance where length + 2 + parts[part].count <= room {
            shown.insert(part)
            length += 2 + parts[part].count
        }
        return String(shown.sorted().map { parts[$0] }.joined(separator: "  ").prefix(room))
    }
}
