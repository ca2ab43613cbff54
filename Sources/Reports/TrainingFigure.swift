import Base
import Plotting
import Results

/// How the losses of trainings go: of a single lens every block's, else each training's own.
package struct TrainingFigure {
    private let trainings: [(label: String, curve: TrainingCurve)]
    private let chart: LineChart

    /// - Parameters:
    ///   - labels: one a training; empty takes the names of their folders.
    ///   - colors: of the trainings; empty takes `Color.series`.
    package init(
        _ curves: [TrainingCurve], labels: [String] = [], scale: ScaleKind = .linear,
        title: String? = nil, size: FigureSize = FigureSize(), colors: [Color] = []
    ) {
        let labels = labels.isEmpty ? Self.names(of: curves) : labels
        trainings = Array(zip(labels, curves))
        let blocks = curves.count == 1 && curves[0].isOfLens ? curves[0] : nil
        let palette = colors.isEmpty ? Color.series : colors
        let count = blocks?.steps.first?.losses.count ?? blocks?.heldOut.first?.losses.count ?? 0
        let yLabel =
            "Loss"
            + (blocks == nil && curves.contains(where: \.isOfLens) ? ", mean over blocks" : "")
            + " [nats]" + (scale == .log10 ? " (log scale)" : "")
        let chartLabels = ChartLabels(title: title ?? "", x: "Step", y: yLabel)
        if let blocks, count > 1, let ends = Interval(1, Double(count)) {
            let series = (0..<count).flatMap { block in
                let share = Double(block) / Double(count - 1)
                return Self.lines(
                    of: blocks, label: "block \(block + 1)", color: ColorScale.viridis[share],
                    scale: scale
                ) { $0.losses[block] }
            }
            chart = LineChart(
                chartLabels, series: series, yScale: scale, countsX: true,
                key: .colorBar(label: "Blocks completed", colors: .viridis, ends: ends),
                size: size)
        } else {
            let series = trainings.enumerated().flatMap { index, training in
                Self.lines(
                    of: training.curve, label: training.label,
                    color: palette[index % palette.count], scale: scale
                ) { $0.mean }
            }
            chart = LineChart(
                chartLabels, series: series, yScale: scale, countsX: true, size: size)
        }
    }

    /// Losses below this, in nats, are 0 but for rounding, as that of the last block of a lens; on a
    /// logarithmic axis they would leave the others no room.
    private static let least = 1e-7

    /// The line of the steps, and marks where it was measured on what is not learnt from.
    private static func lines(
        of curve: TrainingCurve, label: String, color: Color, scale: ScaleKind,
        _ value: (TrainingCurve.Point) -> Double
    ) -> [LineSeries] {
        func points(_ points: [TrainingCurve.Point]) -> [LinePoint] {
            points.map {
                LinePoint(Double($0.step), scale == .log10 && value($0) < least ? 0 : value($0))
            }
        }
        let steps = LineSeries(label: label, color: color, points: points(curve.steps))
        let heldOut = LineSeries(
            label: "\(label), held out", color: color.darkened(by: 0.3), stroke: .dashed,
            hasMarks: true, points: points(curve.heldOut))
        return [steps, heldOut].filter { !$0.points.isEmpty }
    }

    /// The last part of each folder's path, or all of it where these are equal.
    private static func names(of curves: [TrainingCurve]) -> [String] {
        let folders = curves.map { $0.path.split(separator: "/").dropLast() }
        let names = folders.map { $0.last.map(String.init) ?? "training" }
        return zip(names, folders).map { name, folder in
            names.count { $0 == name } == 1 ? name : folder.joined(separator: "/")
        }
    }

    /// What a reader of the figure must know: which losses it cannot show.
    package var notes: [String] {
        let reason =
            chart.yScale == .log10 ? "no finite loss above \(Self.least)" : "no finite loss"
        return chart.series.compactMap { series in
            let count = chart.pointsNotDrawn(of: series)
            guard count > 0 else { return nil }
            let points = counted(series.points.count, "point")
            return "\(series.label): \(count) of \(points) \(count == 1 ? "has" : "have") \(reason)"
                + " and so no place"
        }
    }

    /// The file, with what it says of its making.
    ///
    /// - Parameter command: the line that makes it; nil for a figure that does not say.
    /// - Throws: `PlottingError`.
    package func file(as format: FigureFormat, dpi: Double, command: String?) throws -> [UInt8] {
        let facts = trainings.enumerated().flatMap { index, training in
            [
                ("label", training.label), ("file", training.curve.path),
                ("file_sha256", training.curve.sha256),
            ].map { (key: "Training \(index + 1) \($0.0)", value: $0.1) }
        }
        return try render(
            chart, as: format, dpi: dpi,
            metadata: figureMetadata(title: chart.labels.title, command: command, facts: facts))
    }

    /// A line for each training: where its loss began and where it ended.
    package var table: String {
        var table = TextTable(
            ["", "steps", "first loss", "last loss", "held out"], textColumns: [0])
        for (label, curve) in trainings {
            let losses = [curve.steps.first, curve.steps.last, curve.heldOut.last]
            let steps = curve.steps.last?.step ?? 0
            table.add([label, "\(steps)"] + losses.map { $0.map { decimal($0.mean) } ?? "" })
        }
        return table.text
    }
}
