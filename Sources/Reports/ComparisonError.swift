import Base
import Results

/// What keeps results from standing in one figure or table.
package enum ComparisonError: UserFacingError, Equatable {
    /// Labels that count from the output down would mean different states.
    case differentLayerCounts([String: Int])
    case unequalSeeds(label: String, counts: [Int])
    case notSeeds(label: String, what: String, paths: [String], values: [String])
    case countedTwice(label: String, paths: [String])
    case oneModel(label: String, paths: [String], sha256: String)
    case wrongNumberOfResults(Int)
    case differentQuantities(paths: [String], titles: [String])
    case nothingChosen(axis: LayerAxis, numbers: ClosedRange<Int>)

    package var kind: FailureKind { .usage }

    package var description: String {
        switch self {
        case .differentLayerCounts(let counts):
            "the results have different numbers of layers ("
                + counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
                .joined(separator: ", ")
                + "), so one published label would mean different states"
        case .unequalSeeds(let label, let counts):
            "the results labelled '\(label.clipped)' have \(counts) layers, but results with one label are "
                + "seeds of one model; give them different labels"
        case .notSeeds(let label, let what, let paths, let values):
            "the results labelled '\(label.clipped)' are no seeds of one model: "
                + "\(paths.joined(separator: " and ")) have different \(what) "
                + "\(values.map { "'\($0.clipped)'" }.joined(separator: " and ")); give them different "
                + "labels, or keep them in different folders"
        case .countedTwice(let label, let paths):
            "\(paths.joined(separator: " and ")) are the same result, which would count as two seeds of "
                + "'\(label.clipped)'; leave one of them out"
        case .oneModel(let label, let paths, let sha256):
            "\(paths.joined(separator: " and ")) are measurements of one and the same model "
                + "(model_sha256 \(String(sha256.prefix(12)).clipped)…), so they are no two seeds of "
                + "'\(label.clipped)'; give them different labels, or keep them in different folders"
        case .wrongNumberOfResults(let count):
            "\(count) models or lenses to compare in one figure, expected 1 to 4"
        case .differentQuantities(let paths, let titles):
            "\(paths.joined(separator: " and ")) have no common axis: "
                + titles.map { "'\($0)'" }.joined(separator: " and ")
        case .nothingChosen(let axis, let numbers):
            "none of the layers is chosen of the \(axis.rawValue) axis, which runs from "
                + "\(numbers.lowerBound) to \(numbers.upperBound)"
        }
    }
}
