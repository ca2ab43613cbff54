/// The names of the twenty bAbI tasks.
package enum BabilongTasks {
    /// `qa1` ... `qa20`.
    package static let all = (1...20).map { "qa\($0)" }

    /// Tasks named in an argument: `all`, or names separated by commas, in the order given.
    ///
    /// - Throws: `CorpusError.unknownTask` with the valid names, `CorpusError.repeatedTask`.
    package static func parse(_ argument: String) throws -> [String] {
        if argument.stripped == "all" { return all }
        var tasks: [String] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.stripped
            try check(name)
            guard !tasks.contains(name) else { throw CorpusError.repeatedTask(name: name) }
            tasks.append(name)
        }
        return tasks
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
