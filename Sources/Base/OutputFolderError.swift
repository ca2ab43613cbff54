/// Why a command cannot take the folder that it is to fill.
package enum OutputFolderError: UserFacingError, Equatable {
    /// It holds what the same command made.
    case finished(path: String, result: String)
    /// The same, for whom wants to resume.
    case alreadyFinished(path: String, result: String, command: String)
    case unfinished(path: String)
    case nothingToResume(path: String)
    /// It holds what something else made.
    case foreign(path: String, names: [String], command: String)
    /// It holds what the command reads.
    case isInput(path: String, option: String, input: String)

    package var kind: FailureKind {
        if case .nothingToResume = self { .missingInput } else { .usage }
    }

    package var description: String {
        switch self {
        case .finished(let path, let result):
            return "\(path): holds \(result)"
        case .alreadyFinished(let path, let result, _):
            return "\(path): holds \(result), so there is nothing to resume"
        case .unfinished(let path):
            return "\(path): holds the snapshot of an unfinished training"
        case .nothingToResume(let path): return "\(path): no snapshot to resume from"
        case .foreign(let path, let names, let command):
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            return "\(path): holds \(names.prefix(3).joined(separator: ", "))\(more), which"
                + " '\(command)' did not make, so it is left alone"
        case .isInput(let path, let option, let input):
            return "\(path): \(option) (\(input)) is in this folder, or leads to what is"
        }
    }
}
