import Base
import Tokenization

/// What only the command line can get wrong.
enum CommandError: UserFacingError, Equatable {
    case unequalLengths(path: String, lengths: [Int])
    case foreignID(path: String, list: Int, item: Int, id: TokenID, last: TokenID)
    case notReached(points: [String], blocks: Int)

    var kind: FailureKind {
        switch self {
        case .unequalLengths, .foreignID: .badData
        case .notReached: .usage
        }
    }

    var description: String {
        switch self {
        case .unequalLengths(let path, let lengths):
            "\(path): lists of \(Set(lengths).sorted()) ids; expected a JSON list of equally long"
                + " lists, such as [[1,2],[3,4]]"
        case .foreignID(let path, let list, let item, let id, let last):
            "\(path): list \(list), item \(item): id \(id) is outside the model's vocabulary 0...\(last);"
                + " make the ids with the model's own tokenizer"
        case .notReached(let points, let blocks):
            "--stop-after \(blocks): the run ends before \(points.prefix(3).joined(separator: ", "))"
                + (points.count > 3 ? " and \(points.count - 3) more" : "")
                + "; stop later, or capture earlier hook points"
        }
    }
}
