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
