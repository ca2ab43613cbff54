import Results

/// What the values of a curve are.
package struct CurveQuantity: Hashable, Sendable {
    package let metric: LayerMetric
    package let unit: InformationUnit
    package let average: PromptAverage

    package init(
        _ metric: LayerMetric, unit: InformationUnit = .nats, average: PromptAverage = .mean
    ) {
        (self.metric, self.unit, self.average) = (metric, unit, average)
    }

    /// On an axis.
    package var title: String {
        metric.title + (LayerMetric.ofText.contains(metric) ? " [\(unit.title)]" : "")
            + (average == .median ? ", median and quartiles over prompts" : "")
    }

    /// Values below this are 0 but for rounding, as the divergence of the last block's lens; on a
    /// logarithmic axis they would leave the others no room.
    var least: Double { metric == .kl ? 1e-7 : 0 }

    /// 0 for what is 0 but for rounding.
    func unrounded(_ value: Double) -> Double { abs(value) < least ? 0 : value }
}

/// Which curves of a result are asked for.
package struct CurveSelection: Sendable {
    /// Nil for the probability, or of a text for the KL divergence.
    package var metric: LayerMetric?
    /// Of a text.
    package var unit = InformationUnit.nats
    /// Of a text; nil for both.
    package var lens: TextLens?
    /// Of answers: those of the prompts of these tasks; nil for all.
    package var tasks: [String]?
    /// Of answers.
    package var average = PromptAverage.mean

    package init() {}
}
