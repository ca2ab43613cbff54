import ArgumentParser
import Base

/// Places in a list as Python writes them, separated by commas: `3`, `-1`, `4:8`, `-8:`, `:10`, `::4`.
///
/// Indices count from 0, negative ones from the end; a slice begins with its first index and ends before its
/// second.
package struct IndexRanges: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case index(Int)
        case slice(from: Int?, to: Int?, by: Int)
    }

    private let text: String
    private let parts: [Part]

    /// - Parameters:
    ///   - bounds: of what can be named; the indices in the text are those, so that a list of blocks from 1 on
    ///     is `1...8`. Negative ones count from its end.
    ///   - option: for messages.
    ///   - unit: what is counted, in the plural.
    /// - Returns: ascending, each once.
    /// - Throws: `ValidationError` for an index out of bounds and where nothing is chosen.
    package func indices(
        in bounds: ClosedRange<Int>, option: String, unit: String
    ) throws -> [Int] {
        let end = bounds.upperBound + 1
        func absolute(_ index: Int) -> Int { index < 0 ? end + index : index }
        var chosen: Set<Int> = []
        for part in parts {
            switch part {
            case .index(let index):
                guard bounds.contains(absolute(index)) else {
                    throw ValidationError(
                        "\(option) \(text): there is no \(index) among the \(unit), which go from"
                            + " \(bounds.lowerBound) to \(bounds.upperBound).")
                }
                chosen.insert(absolute(index))
            case .slice(let from, let to, let step):
                let first = max(from.map(absolute) ?? bounds.lowerBound, bounds.lowerBound)
                let last = min(to.map(absolute) ?? end, end)
                chosen.formUnion(stride(from: first, to: last, by: step))
            }
        }
        guard !chosen.isEmpty else {
            throw ValidationError(
                "\(option) \(text) chooses none of the \(unit), which go from"
                    + " \(bounds.lowerBound) to \(bounds.upperBound).")
        }
        return chosen.sorted()
    }
}

extension IndexRanges: ExpressibleByArgument {
    package init?(argument: String) {
        var parts: [Part] = []
        for item in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let fields = item.split(separator: ":", omittingEmptySubsequences: false)
            var numbers: [Int?] = []
            for field in fields {
                let trimmed = field.filter { !$0.isWhitespace }
                let number = Int(trimmed)
                guard trimmed.isEmpty || (number?.magnitude ?? .max) <= Bounds.many else {
                    return nil
                }
                numbers.append(number)
            }
            switch numbers.count {
            case 1:
                guard let index = numbers[0] else { return nil }
                parts.append(.index(index))
            case 2: parts.append(.slice(from: numbers[0], to: numbers[1], by: 1))
            case 3:
                let step = numbers[2] ?? 1
                guard step > 0 else { return nil }
                parts.append(.slice(from: numbers[0], to: numbers[1], by: step))
            default: return nil
            }
        }
        (text, self.parts) = (argument, parts)
    }
}

extension IndexRanges: DescribedValue {
    package static var expectation: String {
        "places and slices as in Python, such as 1,4,8: or -8:"
    }
}
