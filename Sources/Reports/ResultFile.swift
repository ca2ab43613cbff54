import Base
import Foundation
import Plotting
import Results

/// Reads result files, whose format is told by their content.
package enum ResultFile {
    static let maximumBytes = 1 << 30

    /// The curves of one metric in a result of `lens eval babilong`, a published layer table, or a result
    /// of `lens eval text`, which has one of each lens.
    ///
    /// Curves are labelled with the last part of the model's path, or with the file's name
    /// without extension where the result names no model.
    ///
    /// - Throws: `FileError` or `ResultError`; published tables have the probability only.
    package static func curves(
        inFile path: String, _ selection: CurveSelection = CurveSelection()
    ) throws -> [LayerCurve] {
        let file = try MappedFile(path)
        guard file.bytes.count <= maximumBytes else {
            throw ResultError.tooLarge(path: path, bytes: file.bytes.count, limit: maximumBytes)
        }
        let hash = SHA256()
        hash.update(file.bytes)
        let sha256 = hash.finalize()
        switch try format(file.bytes, path: path) {
        case .json:
            return switch try result(Data(file.bytes), path: path) {
            case .babilong(let result):
                [try curve(of: result, selection, path: path, sha256: sha256)]
            case .text(let result):
                try curves(of: result, selection, path: path, sha256: sha256)
            }
        case .pythonLiteral:
            let table = try PublishedTable(Array(file.bytes), path: path)
            return [try curve(of: table, selection, path: path, sha256: sha256)]
        }
    }

    private static func curve(
        of result: BabilongResult, _ selection: CurveSelection, path: String, sha256: String
    ) throws -> LayerCurve {
        try checkIsOfAnswers(selection, path: path)
        let quantity = CurveQuantity(
            selection.metric ?? .probability, average: selection.average)
        let result = try selection.tasks.map { try result.ofTasks($0, path: path) } ?? result
        let points =
            switch quantity.average {
            case .mean:
                try result.means(of: quantity.metric, path: path).map { position, estimate in
                    LayerCurve.Point(
                        position: position, mean: estimate.mean,
                        interval: estimate.ci95.flatMap { Interval($0[0], $0[1]) })
                }
            case .median:
                try result.quartiles(of: quantity.metric, path: path).map { position, quartiles in
                    LayerCurve.Point(
                        position: position, mean: quartiles.median,
                        interval: Interval(quartiles.lower, quartiles.upper))
                }
            }
        let run = result.run ?? RunRecord()
        return LayerCurve(
            label: lastPart(run.model) ?? fileName(path), quantity: quantity,
            layerCount: result.layers.count, points: points,
            provenance: ResultProvenance(
                path: path, sha256: sha256, run: run, prompts: result.count))
    }

    private static func curve(
        of table: PublishedTable, _ selection: CurveSelection, path: String, sha256: String
    ) throws -> LayerCurve {
        try checkIsOfAnswers(selection, path: path)
        guard selection.tasks == nil, selection.average == .mean else {
            throw ResultError.noPrompts(path: path)
        }
        if let metric = selection.metric, metric != .probability {
            throw ResultError.metricMissing(path: path, metric: metric, place: "any layer")
        }
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

    /// - Throws: `ResultError` where something is asked for that texts alone have.
    private static func checkIsOfAnswers(_ selection: CurveSelection, path: String) throws {
        if let lens = selection.lens { throw ResultError.noLens(path: path, lens: lens, found: []) }
        guard selection.unit == .nats else { throw ResultError.noUnit(path: path, selection.unit) }
    }

    private static func curves(
        of result: TextResult, _ selection: CurveSelection, path: String, sha256: String
    ) throws -> [LayerCurve] {
        guard selection.tasks == nil, selection.average == .mean else {
            throw ResultError.noPrompts(path: path)
        }
        let quantity = CurveQuantity(selection.metric ?? .kl, unit: selection.unit)
        return try (selection.lens.map { [$0] } ?? result.lenses).map { lens in
            LayerCurve(
                label: lastPart(result.run.model) ?? fileName(path), lens: lens,
                quantity: quantity, layerCount: result.layers.count,
                points: try result.values(
                    of: quantity.metric, through: lens, in: quantity.unit, path: path
                ).map { LayerCurve.Point(position: $0.position, mean: $0.value) },
                provenance: ResultProvenance(path: path, sha256: sha256, run: result.run))
        }
    }

    private enum Result {
        case babilong(BabilongResult)
        case text(TextResult)
    }

    /// What tells the kinds of results apart, of which some were written before they said it.
    private struct Mark: Decodable {
        let schema: String?
        let natsToBitsPerByte: Double?

        enum CodingKeys: String, CodingKey {
            case schema
            case natsToBitsPerByte = "nats_to_bits_per_byte"
        }

        var isOfText: Bool {
            schema?.hasPrefix("statelens/text-result/") ?? (natsToBitsPerByte != nil)
        }
    }

    /// - Throws: `FileError.malformedJSON`, which says what kind of JSON was expected;
    ///   `ResultError.otherDocument`.
    private static func result(_ data: Data, path: String) throws -> Result {
        do {
            return try decodeJSON(Mark.self, from: data, path: path).isOfText
                ? .text(TextResult(json: data, path: path))
                : .babilong(BabilongResult(json: data, path: path))
        } catch FileError.malformedJSON(_, let reason) {
            throw FileError.malformedJSON(
                path: path,
                reason: (reason.hasSuffix(".") ? String(reason.dropLast()) : reason)
                    + "; expected a result of 'lens eval babilong' or 'lens eval text'")
        }
    }

    /// The curves of several results, in their order. A folder stands for the results in it, which
    /// are seeds of one model and have its name as their common label.
    ///
    /// - Throws: `ComparisonError.notSeeds` where curves with one label are not.
    /// - Parameter labels: one a path; if empty, labels that are equal, such as those of two lenses
    ///   on one model, add the names of their files, or their paths where these are equal too.
    package static func curves(
        _ paths: [String], labels: [String] = [], _ selection: CurveSelection = CurveSelection()
    ) throws -> [LayerCurve] {
        let groups = try paths.map { path in
            try files(path).flatMap { try curves(inFile: $0, selection) }
        }
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
