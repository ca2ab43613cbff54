import ArgumentParser
import CommandSupport
import Lenses

/// What a training may take, as `--budget` says: `10m`, `250k tokens`, `3e15 operations`.
package enum TrainBudget: ExpressibleByArgument, DescribedValue {
    case amount(LensBudget)
    /// A number of which nobody said what it counts; refused by `RecipeOptions`.
    case unitless(String)

    package static var expectation: String {
        "an amount above 0 such as 90s, 10m, '250k tokens' or '3e15 operations'"
    }

    package init?(argument: String) {
        let argument = argument.replacing(" ", with: "")
        guard let match = argument.wholeMatch(of: /([0-9.]+(?:e[0-9]+)?)([a-zA-Z]*)/),
            let number = Double(match.1), number > 0, number < 1e30
        else { return nil }
        let prefixes: [Substring: Double] = [
            "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
        ]
        func scale(of unit: String) -> Double? {
            match.2.hasSuffix(unit) ? prefixes[match.2.dropLast(unit.count)] : nil
        }
        switch match.2 {
        case "": self = .unitless(argument)
        case "s", "sec", "secs", "second", "seconds": self = .amount(.seconds(number))
        case "m", "min", "mins", "minute", "minutes": self = .amount(.seconds(60 * number))
        case "h", "hour", "hours": self = .amount(.seconds(3600 * number))
        case "d", "day", "days": self = .amount(.seconds(86400 * number))
        case "token": self = .amount(.tokens(number))
        case "operation": self = .amount(.operations(number))
        default:
            if let scale = scale(of: "tokens") {
                self = .amount(.tokens(scale * number))
            } else if let scale = scale(of: "operations") {
                self = .amount(.operations(scale * number))
            } else {
                return nil
            }
        }
    }
}
