import Files
import Foundation
import Plotting

/// The layer curves inside a result of `lens eval babilong`; its other keys are not read.
struct EvaluationResult: Decodable {
    struct Row: Decodable {
        let blocks: Int
        let metrics: Metrics

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            blocks = try container.decode(Int.self, forKey: .blocks)
            metrics = try Metrics(from: decoder)
        }

        enum CodingKeys: CodingKey { case blocks }
    }

    struct Metrics: Decodable {
        let probability: Statistic?
        let logProbability: Statistic?
        let rank: Statistic?

        subscript(metric: LayerMetric) -> Statistic? {
            switch metric {
            case .probability: probability
            case .logProbability: logProbability
            case .rank: rank
            }
        }

        enum CodingKeys: String, CodingKey {
            case probability, rank
            case logProbability = "log_probability"
        }
    }

    struct Statistic: Decodable {
        let mean: LenientNumber
        let ci95: [LenientNumber]?
    }

    let layers: [Row]
    let output: Metrics
    let run: RunDescription?
    let count: Int?

    /// Points by rising blocks, then the output.
    func points(_ metric: LayerMetric, path: String) throws -> [LayerCurve.Point] {
        guard !layers.isEmpty else { throw ResultError.noLayers(path: path) }
        guard layers.count <= ResultFile.maximumLayers else {
            throw ResultError.tooManyLayers(
                path: path, count: layers.count, limit: ResultFile.maximumLayers)
        }
        var points: [LayerCurve.Point] = []
        for (index, row) in layers.sorted(by: { $0.blocks < $1.blocks }).enumerated() {
            guard row.blocks == index + 1 else {
                throw ResultError.layersNotContiguous(
                    path: path, found: row.blocks, expected: index + 1)
            }
            let position = LayerPosition.lens(blocks: row.blocks)
            points.append(
                try point(position, row.metrics, metric, "layer \(row.blocks)", path: path))
        }
        return points + [try point(.output, output, metric, "the output", path: path)]
    }

    private func point(
        _ position: LayerPosition, _ metrics: Metrics, _ metric: LayerMetric, _ place: String,
        path: String
    ) throws -> LayerCurve.Point {
        guard let statistic = metrics[metric] else {
            throw ResultError.metricMissing(path: path, metric: metric, place: place)
        }
        return LayerCurve.Point(
            position: position, mean: statistic.mean.value,
            interval: try interval(statistic.ci95, place, path: path))
    }

    /// Nil where the result has no interval or one that is not finite: of a single prompt, say.
    private func interval(
        _ ends: [LenientNumber]?, _ place: String, path: String
    ) throws -> Interval? {
        guard let ends = ends?.map(\.value) else { return nil }
        guard ends.count == 2, !(ends[0] > ends[1]) else {
            throw ResultError.badInterval(path: path, place: place, values: ends)
        }
        return Interval(ends[0], ends[1])
    }
}

/// A number, or one of the words that stand for what JSON has no number for.
struct LenientNumber: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let word = try? container.decode(String.self) else {
            value = try container.decode(Double.self)
            return
        }
        switch word {
        case "NaN": value = .nan
        case "Infinity": value = .infinity
        case "-Infinity": value = -.infinity
        default:
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "the text '\(word.prefix(40))' is not a number")
        }
    }
}
