import Base
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
    let prompts: [PromptReadings]?

    /// Points by rising blocks, then the output.
    func points(_ metric: LayerMetric, path: String) throws -> [LayerCurve.Point] {
        try checkCount(path: path)
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
        points.append(try point(.output, output, metric, "the output", path: path))
        try check(points, against: prompts ?? [], metric, path: path)
        return points
    }

    private func checkCount(path: String) throws {
        guard let count else { return }
        let listed = max(1, prompts?.count ?? count)
        guard count != listed else { return }
        throw ResultError.badValue(
            path: path, field: "'count'", found: "\(count)",
            expected: count < 1 ? "1 or more" : "\(listed), as many as 'prompts' lists")
    }

    private func point(
        _ position: LayerPosition, _ metrics: Metrics, _ metric: LayerMetric, _ place: String,
        path: String
    ) throws -> LayerCurve.Point {
        guard let statistic = metrics[metric] else {
            throw ResultError.metricMissing(path: path, metric: metric, place: place)
        }
        let mean = statistic.mean.value
        try metric.check(mean, "'\(metric.key).mean' of \(place)", path: path)
        let interval = try interval(statistic.ci95, place, path: path)
        if let interval, interval.low.isFinite, interval.high.isFinite {
            let field = "'\(metric.key).ci95' of \(place)"
            for end in [interval.low, interval.high] { try metric.check(end, field, path: path) }
            let rounding = 1e-6 * max(1, abs(mean))
            guard mean >= interval.low - rounding, mean <= interval.high + rounding else {
                throw ResultError.badValue(
                    path: path, field: field, found: "\([interval.low, interval.high])",
                    expected: "an interval around the mean \(mean)")
            }
        }
        return LayerCurve.Point(position: position, mean: mean, interval: interval)
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

extension LayerMetric {
    /// What it is called in a result.
    var key: String { self == .logProbability ? "log_probability" : rawValue }

    /// - Throws: `ResultError.badValue` for what no mean of it can be, rounding aside.
    func check(_ value: Double, _ field: String, path: String) throws {
        let (holds, expected) =
            switch self {
            case .probability: ((0...1 + 1e-6).contains(value), "0 to 1")
            case .logProbability: (value <= 1e-6, "a number of nats up to 0")
            case .rank: (value >= 1 && value.isFinite, "a number from 1 on")
            }
        guard holds else {
            throw ResultError.badValue(
                path: path, field: field, found: "\(value)", expected: expected)
        }
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
