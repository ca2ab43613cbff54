/// The names of the twenty bAbI tasks.
package enum BabilongTasks {
    /// `qa1` ... `qa20`.
    package static let all = (1...20).map { "qa\($0)" }

    /// Tasks named in an argument: `all`, or names, numbers and ranges of them separated by commas,
    /// such as `qa1,5-8`, in the order given.
    ///
    /// - Throws: `CorpusError.unknownTask` with the valid names, `CorpusError.repeatedTask`.
    package static func parse(_ argument: String) throws -> [String] {
        if argument.stripped == "all" { return all }
        var tasks: [String] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            for name in try range(part.stripped) {
                guard !tasks.contains(name) else { throw CorpusError.repeatedTask(name: name) }
                tasks.append(name)
            }
        }
        return tasks
    }

    /// `qa3`, `3`, `qa3-qa5` and `3-5`.
    private static func range(_ text: String) throws -> ArraySlice<String> {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            .map { end in all.firstIndex { $0 == end || $0.dropFirst(2) == end } }
        guard let first = ends[0], let last = ends[ends.count - 1], first <= last else {
            throw CorpusError.unknownTask(name: clipped(text), known: all)
        }
        return all[first...last]
    }

    static func check(_ name: String) throws {
        guard all.contains(name) else {
            throw CorpusError.unknownTask(name: clipped(name), known: all)
        }
    }

    /// Rows of a task in BABILong's 0k set, which keeps the first of bAbI's test questions.
    static func rowCount(_ task: String) -> Int {
        ["qa1", "qa6", "qa7", "qa8", "qa9", "qa10"].contains(task) ? 1000 : 999
    }
}
