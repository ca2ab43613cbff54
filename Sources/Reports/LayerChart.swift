import Base
import Plotting
import Results

package enum LayerStyle: String, CaseIterable, Sendable {
    /// Side by side at each position.
    case bars
    /// From block to block, with a band for the interval.
    case lines
}

/// What of the curves a figure or a table shows.
package struct LayerChartOptions: Sendable {
    package var metric = LayerMetric.probability
    package var axis = LayerAxis.blocks
    /// Nil for bars of up to 16 positions and lines through more, or over shares of the depth.
    package var style: LayerStyle?
    package var scale = ScaleKind.linear
    /// First and last number on the axis, inclusive; nil for all. With a last number on the axis
    /// of blocks, the output, which follows every number, is not shown.
    package var from: Int?
    package var to: Int?
    package var title: String?
    package var size = FigureSize()
    /// One a label; empty takes `Color.series`.
    package var colors: [Color] = []

    package init() {}
}

/// One to four models side by side, position by position.
///
/// Curves with one label are seeds of one model and share their bars and lines: mean, and an interval
/// from the smallest to the largest. The models' own output is not drawn where it is what the lens reads
/// after the last block.
package struct LayerChart {
    private static let mostBars = 16

    private let aligned: AlignedCurves
    private let options: LayerChartOptions
    private let note: String?
    private let isRepeated: Bool

    /// - Throws: `ComparisonError` where the curves cannot share the axis or the range is empty.
    package init(_ curves: [LayerCurve], _ options: LayerChartOptions) throws {
        let all = try AlignedCurves(curves, options)
        isRepeated = all.repeatsLastBlock
        aligned = all.withoutRepetition
        self.options = options
        note = comparisonNote(curves)
    }

    package var style: LayerStyle {
        options.style
            ?? (options.axis == .relative || aligned.numbers.count > Self.mostBars ? .lines : .bars)
    }

    package var chart: any Chart {
        switch style {
        case .bars: bars
        case .lines: lines
        }
    }

    package var bars: GroupedBarChart {
        GroupedBarChart(
            labels(caption: note), categories: aligned.names,
            series: aligned.columns.enumerated().map { index, column in
                BarSeries(
                    label: column.label, color: color(index),
                    bars: column.readings.map { reading in
                        reading.map { Bar($0.mean, interval: $0.interval, marks: $0.seeds) }
                    })
            }, scale: options.scale, size: options.size)
    }

    /// A line through the blocks of each model; its own output, where it is drawn, is a dot at the end.
    package var lines: LineChart {
        let isRelative = options.axis == .relative
        // With room for half a dot.
        let ends: Interval? =
            isRelative
            ? Interval(0, 1.01)
            : Interval(
                Double(aligned.numbers.lowerBound) - 0.5, Double(aligned.numbers.upperBound) + 0.5)
        let dots = aligned.hasOutput ? "Dots: the models' own output." : nil
        let caption = [dots, note].compactMap { $0 }.joined(separator: " ")
        let series = aligned.columns.enumerated().flatMap { index, column in
            let scale = isRelative ? 1 / Double(column.layerCount) : 1
            let points = zip(aligned.numbers, column.readings).compactMap { number, reading in
                reading.map {
                    LinePoint(Double(number) * scale, $0.mean, interval: $0.interval)
                }
            }
            let output = aligned.hasOutput ? column.readings[aligned.numbers.count] : nil
            let dot = output.map {
                LinePoint(Double(column.layerCount) * scale, $0.mean, interval: $0.interval)
            }
            return [
                LineSeries(label: column.label, color: color(index), points: points),
                LineSeries(label: "", color: color(index), points: [dot].compactMap { $0 }),
            ]
        }
        return LineChart(
            labels(caption: caption), series: series, yScale: options.scale,
            countsX: !isRelative, xLimits: ends, size: options.size)
    }

    /// What the chart cannot show, a sentence a label.
    package var notes: [String] {
        let reason = options.scale == .log10 ? "no finite value above 0" : "no finite value"
        let hidden = aligned.columns.compactMap { column -> String? in
            let readings = column.readings.compactMap { $0 }
            let count = readings.count { !options.scale.shows($0.mean) }
            guard count > 0 else { return nil }
            return "\(column.label): \(count) of \(counted(readings.count, "position")) "
                + "\(count == 1 ? "has" : "have") \(reason) and so no place"
        }
        return [note].compactMap { $0 } + hidden
    }

    private func labels(caption: String?) -> ChartLabels {
        let suffix =
            (aligned.hasSeeds ? ", mean over seeds" : "")
            + (options.scale == .log10 ? " (log scale)" : "")
        return ChartLabels(
            title: options.title ?? "",
            x: options.axis.title + (isRepeated ? " (after the last: the model's own output)" : ""),
            y: options.metric.title + suffix, caption: caption ?? "")
    }

    private func color(_ index: Int) -> Color {
        let colors = options.colors.isEmpty ? Color.series : options.colors
        return colors[index % colors.count]
    }
}
