import Plotting
import Results

/// One result's values of a metric at every position of a model, as read from a result file.
package struct LayerCurve: Sendable {
    package struct Point: Hashable, Sendable {
        package let position: LayerPosition
        /// In the unit of the metric; NaN or infinite where the result says so.
        package let mean: Double
        package let interval: Interval?

        package init(position: LayerPosition, mean: Double, interval: Interval? = nil) {
            self.position = position
            self.mean = mean
            self.interval = interval
        }
    }

    /// Name of the model in a legend.
    package var label: String
    /// Of a text, through which lens; nil of answers.
    package let lens: TextLens?
    package let quantity: CurveQuantity
    /// N, the model's number of blocks.
    package let layerCount: Int
    /// Lenses by rising number of blocks, then the output.
    package let points: [Point]
    package let provenance: ResultProvenance

    package init(
        label: String, lens: TextLens? = nil, quantity: CurveQuantity = CurveQuantity(.probability),
        layerCount: Int, points: [Point], provenance: ResultProvenance
    ) {
        self.label = label
        self.lens = lens
        self.quantity = quantity
        self.layerCount = layerCount
        self.points = points
        self.provenance = provenance
    }

    /// What tells it from other curves; those with one name are of seeds of one model.
    package var name: String { lens.map { "\(label), \($0.rawValue) lens" } ?? label }
}

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

/// Where a curve comes from.
package struct ResultProvenance: Hashable, Sendable {
    /// As the caller gave it.
    package let path: String
    /// SHA-256 of the result file, hexadecimal.
    package let sha256: String
    /// What the result says about its making; empty for published results, which say nothing.
    package let run: RunRecord
    /// How many prompts the curve is over; nil where the result does not say, and of text.
    package let prompts: Int?

    package init(
        path: String, sha256: String, run: RunRecord = RunRecord(), prompts: Int? = nil
    ) {
        self.prompts = prompts
        self.path = path
        self.sha256 = sha256
        self.run = run
    }
}
