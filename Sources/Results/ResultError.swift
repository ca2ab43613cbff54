import Base

/// What can be wrong with a file of results.
package enum ResultError: UserFacingError, Equatable {
    case notAResult(path: String, found: String)
    case otherDocument(path: String, found: String, expected: String)
    case tooLarge(path: String, bytes: Int, limit: Int)
    case malformedLiteral(path: String, line: Int, column: Int, expected: String, found: String)
    case layersNotContiguous(path: String, found: Int, expected: Int)
    case noLayers(path: String)
    case noSteps(path: String)
    case tooManyLayers(path: String, count: Int, limit: Int)
    case inconsistentAverage(path: String, layer: Int, average: Double, expected: Double)
    case badInterval(path: String, place: String, values: [Double])
    case metricMissing(path: String, metric: LayerMetric, place: String)
    case badValue(path: String, field: String, found: String, expected: String)
    case noResults(folder: String)
    case noPrompts(path: String)
    case noTask(path: String, task: String, found: [String])
    case noLens(path: String, lens: TextLens, found: [TextLens])
    case noUnit(path: String, InformationUnit)

    package var kind: FailureKind {
        switch self {
        case .metricMissing, .noPrompts, .noTask, .noLens, .noUnit: .usage
        case .noResults: .missingInput
        default: .badData
        }
    }

    package var description: String {
        switch self {
        case .notAResult(let path, let found):
            "\(path): begins with \(found), expected a result of 'lens eval babilong' or 'lens eval text' (JSON) or a "
                + "published layer table ({1: {'sum': …, 'total': …, 'avg': …}, …})"
        case .otherDocument(let path, let found, let expected):
            "\(path): is a document of the schema '\(found.clipped)', expected '\(expected)'"
                + (name(found) == name(expected) ? "; a newer version of the program reads it" : "")
        case .tooLarge(let path, let bytes, let limit):
            "\(path): has \(counted(bytes, "byte")), expected a result of at most \(limit)"
        case .malformedLiteral(let path, let line, let column, let expected, let found):
            "\(path):\(line):\(column): expected \(expected), found \(found)"
        case .layersNotContiguous(let path, let found, let expected):
            "\(path): layer \(found) stands where layer \(expected) was expected; "
                + "a result has each of the layers 1 to N once"
        case .noLayers(let path): "\(path): has no layers; rerun the evaluation that wrote it"
        case .noSteps(let path): "\(path): has no step of a training and no measurement"
        case .tooManyLayers(let path, let count, let limit):
            "\(path): has \(counted(count, "layer")), expected at most \(limit)"
        case .inconsistentAverage(let path, let layer, let average, let expected):
            "\(path): layer \(layer) has the average \(average), but its sum over its total is "
                + "\(expected); the file is damaged or edited"
        case .badInterval(let path, let place, let values):
            "\(path): 'ci95' of \(place) is \(values), expected two numbers in rising order"
        case .metricMissing(let path, let metric, let place):
            "\(path): has no \(metric.rawValue) of \(place); choose a metric it has"
                + (LayerMetric.ofText.contains(metric)
                    ? ", or a result of 'lens eval text'" : "")
        case .badValue(let path, let field, let found, let expected):
            "\(path): \(field) is \(found), expected \(expected); the file is damaged or edited"
        case .noPrompts(let path):
            "\(path): does not list what was read at each prompt, as choosing tasks and taking medians "
                + "need; a result of 'lens eval babilong' does"
        case .noTask(let path, let task, let found):
            "\(path): has no prompts of \(task), only of \(found.joined(separator: ", ").clipped)"
        case .noLens(let path, let lens, let found):
            "\(path): has no values through the \(lens.rawValue) lens"
                + (found.isEmpty
                    ? "; a result of 'lens eval text' has them"
                    : ", only through the \(found[0].rawValue) lens")
        case .noUnit(let path, let unit):
            "\(path): has nothing in \(unit.title); a result of 'lens eval text' has"
        case .noResults(let folder):
            "\(folder): has no .json file; name a result of 'lens eval babilong' or a folder of them"
        }
    }

    /// A schema without its version.
    private func name(_ schema: String) -> Substring {
        schema.prefix(upTo: schema.lastIndex(of: "/") ?? schema.endIndex)
    }
}

/// Bytes as text for a message, without what a terminal would obey.
package func quoted(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    let shown = text.unicodeScalars.map { scalar in
        (0x20...0x7E).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
    }
    return "'" + shown.joined() + "'"
}
