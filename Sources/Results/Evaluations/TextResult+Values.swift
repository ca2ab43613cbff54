/// One of the two lenses that a text is measured through.
package enum TextLens: String, CaseIterable, Sendable {
    case logit
    case tuned
}

extension TextResult {
    /// The lenses that it has values of.
    package var lenses: [TextLens] {
        layers.contains { $0.tuned != nil } ? [.logit, .tuned] : [.logit]
    }

    /// One metric through one lens, as it can be believed: by rising blocks, then the model's own.
    ///
    /// - Parameter path: where the result comes from, for messages.
    /// - Throws: `ResultError` where the layers are not 1 to N, the result has no such metric or lens, or a
    ///   value is none that the metric can have.
    package func values(
        of metric: LayerMetric, through lens: TextLens, in unit: InformationUnit, path: String
    ) throws -> [(position: LayerPosition, value: Double)] {
        guard !layers.isEmpty else { throw ResultError.noLayers(path: path) }
        guard layers.count <= LayerPosition.maximumCount else {
            throw ResultError.tooManyLayers(
                path: path, count: layers.count, limit: LayerPosition.maximumCount)
        }
        guard lenses.contains(lens) else {
            throw ResultError.noLens(path: path, lens: lens, found: lenses)
        }
        func value(_ row: Row?, _ place: String) throws -> Double {
            guard let value = row?[unit][metric] else {
                throw ResultError.metricMissing(path: path, metric: metric, place: place)
            }
            guard metric.allows(value) else {
                throw ResultError.badValue(
                    path: path, field: "'\(metric.key)' of \(place)", found: "\(value)",
                    expected: metric.range)
            }
            return value
        }
        var values: [(position: LayerPosition, value: Double)] = []
        for (index, layer) in layers.sorted(by: { $0.blocks < $1.blocks }).enumerated() {
            guard layer.blocks == index + 1 else {
                throw ResultError.layersNotContiguous(
                    path: path, found: layer.blocks, expected: index + 1)
            }
            let row = lens == .logit ? layer.logit : layer.tuned
            values.append(
                (.lens(blocks: layer.blocks), try value(row, "layer \(layer.blocks)")))
        }
        return values + [(.output, try value(output, "the output"))]
    }
}

extension TextResult.Row {
    fileprivate subscript(unit: InformationUnit) -> TextMetrics {
        switch unit {
        case .nats: nats
        case .bitsPerByte: bitsPerByte
        }
    }
}

extension TextMetrics {
    fileprivate subscript(metric: LayerMetric) -> Double? {
        switch metric {
        case .kl: kl
        case .crossEntropy: crossEntropy
        case .entropy: entropy
        case .probability, .logProbability, .rank: nil
        }
    }
}
