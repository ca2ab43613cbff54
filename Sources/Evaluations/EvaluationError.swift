import Base

/// What can be wrong with what a model is evaluated on.
package enum EvaluationError: UserFacingError, Equatable {
    case emptyTarget(task: String, index: Int)
    case targetOutOfRange(task: String, index: Int, target: String, id: Int, rows: Int)

    package var kind: FailureKind { .badData }

    package var description: String {
        switch self {
        case .emptyTarget(let task, let index):
            "\(task), row \(index) (counted from 0): the target is empty or white space alone, expected an answer"
        case .targetOutOfRange(let task, let index, let target, let id, let rows):
            "\(task), row \(index) (counted from 0): the first token of the target '\(target.clipped)' has the id \(id),"
                + " but the model's unembedding has \(counted(rows, "row")); is this the model's own tokenizer?"
        }
    }
}
