import Base

/// What can be wrong with results and with the figure asked of them.
package enum ResultError: UserFacingError, Equatable {
    case notAResult(path: String, found: String)
    case tooLarge(path: String, bytes: Int, limit: Int)
    case malformedLiteral(path: String, line: Int, column: Int, expected: String, found: String)
    case layersNotContiguous(path: String, found: Int, expected: Int)
    case noLayers(path: String)
    case tooManyLayers(path: String, count: Int, limit: Int)
    case inconsistentAverage(path: String, layer: Int, average: Double, expected: Double)
    case badInterval(path: String, place: String, values: [Double])
    case metricMissing(path: String, metric: LayerMetric, place: String)
    case differentLayerCounts([String: Int])
    case unequalSeeds(label: String, counts: [Int])
    case notSeeds(label: String, what: String, paths: [String], values: [String])
    case countedTwice(label: String, paths: [String])
    case oneModel(label: String, paths: [String], sha256: String)
    case badValue(path: String, field: String, found: String, expected: String)
    case noResults(folder: String)
    case wrongNumberOfResults(Int)
    case emptyRange(from: Int?, to: Int?, axis: LayerAxis, last: Int)

    package var kind: FailureKind {
        switch self {
        case .differentLayerCounts, .unequalSeeds, .notSeeds, .countedTwice, .oneModel,
            .wrongNumberOfResults, .emptyRange, .metricMissing:
            .usage
        case .noResults: .missingInput
        default: .badData
        }
    }

    package var description: String {
        switch self {
        case .notAResult(let path, let found):
            "\(path): begins with \(found), expected a result of 'lens eval babilong' (JSON) or a "
                + "published layer table ({1: {'sum': …, 'total': …, 'avg': …}, …})"
        case .tooLarge(let path, let bytes, let limit):
            "\(path): has \(counted(bytes, "byte")), expected a result of at most \(limit)"
        case .malformedLiteral(let path, let line, let column, let expected, let found):
            "\(path):\(line):\(column): expected \(expected), found \(found)"
        case .layersNotContiguous(let path, let found, let expected):
            "\(path): layer \(found) stands where layer \(expected) was expected; "
                + "a result has each of the layers 1 to N once"
        case .noLayers(let path): "\(path): has no layers; rerun the evaluation that wrote it"
        case .tooManyLayers(let path, let count, let limit):
            "\(path): has \(counted(count, "layer")), expected at most \(limit)"
        case .inconsistentAverage(let path, let layer, let average, let expected):
            "\(path): layer \(layer) has the average \(average), but its sum over its total is "
                + "\(expected); the file is damaged or edited"
        case .badInterval(let path, let place, let values):
            "\(path): 'ci95' of \(place) is \(values), expected two numbers in rising order"
        case .metricMissing(let path, let metric, let place):
            "\(path): has no \(metric.rawValue) of \(place); choose a metric it has"
        case .differentLayerCounts(let counts):
            "the results have different numbers of layers ("
                + counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
                .joined(separator: ", ")
                + "), so one published label would mean different states; use --axis blocks"
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
        case .badValue(let path, let field, let found, let expected):
            "\(path): \(field) is \(found), expected \(expected); the file is damaged or edited"
        case .noResults(let folder):
            "\(folder): has no .json file; name a result of 'lens eval babilong' or a folder of them"
        case .wrongNumberOfResults(let count):
            "\(count) models or lenses to compare in one figure, expected 1 to 4"
        case .emptyRange(let from, let to, let axis, let last):
            "no layers from \(from ?? 1) to \(to ?? last) on the \(axis.rawValue) axis, "
                + "which runs from 1 to \(last)"
        }
    }
}
