import Base

/// Why a call of the library did not do its work, in one sentence: what was wrong with which file or value,
/// and what was expected.
public struct Failure: Error, CustomStringConvertible, Sendable {
    public enum Kind: Sendable {
        /// The arguments contradict each other or ask for what the model does not have.
        case usage
        /// A file is there but its content is wrong.
        case badData
        /// A file or name that was asked for does not exist.
        case missingInput
        /// The operating system refused to read, to write or to give memory.
        case system
        /// The caller asked to stop.
        case interrupted
    }

    public let kind: Kind
    public let description: String

    package init(_ error: any Error) {
        description = "\(error)"
        kind =
            switch (error as? any UserFacingError)?.kind {
            case .usage: .usage
            case .badData: .badData
            case .missingInput: .missingInput
            case .interrupted: .interrupted
            case .noMemory, .inputOutput, nil: .system
            }
    }
}

/// Runs what throws errors of the targets below, and throws them as `Failure`.
func facing<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
    do {
        return try body()
    } catch let failure as Failure {
        throw failure
    } catch {
        throw Failure(error)
    }
}
