import Base

/// Why a training ended before its last step, though nothing about it was wrong.
package enum TrainingError: UserFacingError, Equatable {
    /// Somebody asked for it; the state is kept in `folder`, nil where there is none.
    case interrupted(folder: String?)
    /// The system refused to write, and there is a state in `folder` to go on from.
    case stopped(reason: String, folder: String)

    package var kind: FailureKind {
        switch self {
        case .interrupted: .interrupted
        case .stopped: .inputOutput
        }
    }

    package var description: String {
        switch self {
        case .interrupted(nil): "interrupted"
        case .interrupted(let folder?): "interrupted; the state is kept in \(folder)"
        case .stopped(let reason, let folder): "\(reason); the state is kept in \(folder)"
        }
    }
}
