import Base

/// What can be wrong with the training of a language model or with what it is to write.
package enum LanguageModelingError: UserFacingError, Equatable {
    case notTrainable(path: String, found: String)
    case cannotConvert(path: String, found: String)
    case noLabels(what: String)
    case allHeldOut(task: String, rows: Int, holdOut: Int)
    case diverged(step: Int)

    package var kind: FailureKind {
        switch self {
        case .notTrainable, .cannotConvert, .noLabels, .allHeldOut, .diverged: .badData
        }
    }

    package var description: String {
        switch self {
        case .notTrainable(let path, let found):
            "\(path): is in \(found)'s layout; training starts from Hugging Face's"
        case .cannotConvert(let path, let found):
            "\(path): is a \(found) model; a conversion starts from a Mamba-2 model"
        case .noLabels(let what): "\(what): no token to learn from; give longer text or other tasks"
        case .allHeldOut(let task, let rows, let holdOut):
            "\(task): to hold \(holdOut) out leaves none of its \(counted(rows, "row")) to learn"
        case .diverged(let step):
            "training diverged at step \(step): the loss or a parameter is not finite any more"
        }
    }
}
