import Base

/// What a training may take.
package enum LensBudget: Equatable, Sendable, CustomStringConvertible {
    case seconds(Double)
    case tokens(Double)
    case operations(Double)

    package var description: String {
        switch self {
        case .seconds(let number): "\(spelled(number)) s"
        case .tokens(let number): "\(spelled(number)) token\(number == 1 ? "" : "s")"
        case .operations(let number): "\(spelled(number)) operation\(number == 1 ? "" : "s")"
        }
    }
}
