import Base
import Foundation
import Plotting
import Results

/// Reads result files, whose format is told by their content.
package enum ResultFile {
    static let maximumBytes = 1 << 30

    /// The curve of one metric in a result of `lens eval babilong` or a published layer table.
    ///
    /// The curve is labelled with the last part of the model's path, or with the file's name
    /// without extension where the result names no model.
    ///
    /// - Throws: `FileError` or `ResultError`; published tables have the probability only.
    package static func curve(
        _ path: String, metric: LayerMetric = .probability
    ) throws -> LayerCurve {
        let file = try MappedFile(path)
        guard file.bytes.count <= maximumBytes else {
            throw ResultError.tooLarge(path: path, bytes: file.bytes.count, limit: maximumBytes)
        }
        let hash = SHA256()
        hash.update(file.bytes)
        let sha256 = hash.finalize()
        switch try format(file.bytes, path: path) {
        case .json:
            let result = try decodeResult(Data(file.bytes), path: path)
            let run = result.run ?? RunRecord()
            let points = try result.means(of: metric, path: path).map { position, estimate in
                LayerCurve.Point(
                    position: position, mean: estimate.mean,
                    interval: estimate.ci95.flatMap { Interval($0[0], $0[1]) })
            }
            return LayerCurve(
                label: lastPart(run.model) ?? fileName(path), layerCount: result.layers.count,
                points: points,
                provenance: ResultProvenance(
                    path: path, sha256: sha256, run: run, prompts: result.count))
        case .pythonLiteral:
            guard metric == .probability else {
                throw ResultError.metricMissing(path: path, metric: metric, place: "any layer")
            }
            let table = try PublishedTable(Array(file.bytes), path: path)
            let points = table.rows.map { row in
                LayerCurve.Point(
                    position: LayerAxis.position(
                        publishedLabel: row.layer, layerCount: table.rows.count),
                    mean: row.average)
            }
            return LayerCurve(
                label: fileName(path), layerCount: table.rows.count, points: points,
                provenance: ResultProvenance(path: path, sha256: sha256))
        }
    }

    /// - Throws: `FileError.malformedJSON`, which says what kind of JSON was expected.
    private static func decodeResult(_ data: Data, path: String) throws -> BabilongResult {
        do {
            return try BabilongResult(json: data, path: path)
        } catch FileError.malformedJSON(_, let reason) {
            throw FileError.malformedJSON(
                path: path,
                reason: (reason.hasSuffix(".") ? String(reason.dropLast()) : reason)
                    + "; expected a result of 'lens eval babilong'")
        }
    }

    /// The curves of several results, in their order. A folder stands for the results in it, which
    /// are seeds of one model and have its name as their common label.
    ///
    /// - Throws: `ComparisonError.notSeeds` where curves with one label are not.
    /// - Parameter labels: one a path; if empty, labels that are equal, such as those of two lenses
    ///   on one model, add the names of their files, or their paths where these are equal too.
    package static func curves(
        _ paths: [String], labels: [String] = [], metric: LayerMetric = .probability
    ) throws -> [LayerCurve] {
        let groups = try paths.map { path in try files(path).map { try curve($0, metric: metric) } }
        let names = zip(paths, groups).map { path, curves in
            isFolder(path) ? lastPart(path) ?? path : curves[0].label
        }
        let labels = labels.isEmpty ? distinguished(names, by: paths) : labels
        let named = zip(labels, groups).flatMap { label, curves in
            curves.map { curve in
                var named = curve
                named.label = label
                return named
            }
        }
        try Comparability.checkSeeds(named)
        return named
    }

    /// A file, or the results in a folder by name.
    private static func files(_ path: String) throws -> [String] {
        guard isFolder(path) else { return [path] }
        let names = try fileNames(in: path).filter { $0.hasSuffix(".json") }
        guard !names.isEmpty else { throw ResultError.noResults(folder: path) }
        return names.map { join(path, $0) }
    }

    private static func distinguished(_ names: [String], by paths: [String]) -> [String] {
        zip(names, paths).map { name, path in
            let namesakes = zip(names, paths).filter { $0.0 == name }.map(\.1)
            guard namesakes.count > 1 else { return name }
            let isUnique = namesakes.count { fileName($0) == fileName(path) } == 1
            return "\(name) (\(isUnique ? fileName(path) : path))"
        }
    }

    private enum Format {
        case json
        case pythonLiteral
    }

    /// Both formats are a brace; the first key of JSON is in double quotes, of the table a number.
    private static func format(_ bytes: UnsafeRawBufferPointer, path: String) throws -> Format {
        let start = bytes.prefix(4096).filter { $0 != 0x20 && !(0x09...0x0D).contains($0) }
        if start.first == UInt8(ascii: "{"), start.count >= 2 {
            switch start[1] {
            case UInt8(ascii: "\""): return .json
            case UInt8(ascii: "}"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                return .pythonLiteral
            default: break
            }
        }
        throw ResultError.notAResult(
            path: path, found: bytes.isEmpty ? "nothing" : quoted(bytes.prefix(12)))
    }

    private static func lastPart(_ path: String?) -> String? {
        path.flatMap { $0.split(separator: "/").last.map(String.init) }
    }

    private static func fileName(_ path: String) -> String {
        let name = (path as NSString).lastPathComponent
        return (name as NSString).deletingPathExtension
    }
}
