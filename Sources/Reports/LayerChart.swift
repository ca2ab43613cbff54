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
    package var axis = LayerAxis.blocks
    /// Nil for bars of up to 16 positions and lines through more, or over shares of the depth.
    package var style: LayerStyle?
    package var scale = ScaleKind.linear
    /// Of `LayerAxis.numbers`, ascending; nil for all.
    package var numbers: [Int]?
    package var title: String?
    package var size = FigureSize()
    /// One a label; empty takes `Color.series`.
    package var colors: [Color] = []

    package init() {}
}

/// One to four models side by side, position by position.
///
/// Each has a colour. Of a text measured through both lenses, the logit lens is the paler bar and the
/// dashed line.
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
            labels(caption: note), categories: aligned.rowNames,
            series: aligned.columns.map { column in
                let color = color(of: column)
                return BarSeries(
                    label: column.name,
                    color: column.isBaseline ? color.lightened(by: 0.55) : color,
                    bars: column.readings.map { reading in
                        reading.map {
                            Bar(shown($0.mean), interval: $0.interval, marks: $0.seeds)
                        }
                    })
            }, scale: options.scale, size: options.size)
    }

    /// A line through the blocks of each model; its own output, where it is drawn, is a dot at the end.
    package var lines: LineChart {
        let isRelative = options.axis == .relative
        let last = aligned.columns.map(\.layerCount).max() ?? 1
        // With room for half a dot.
        let ends: Interval? =
            isRelative
            ? Interval(0, 1.01)
            : Interval(
                Double(aligned.numbers.first ?? last) - 0.5,
                Double(aligned.numbers.last ?? last) + 0.5)
        let dots = aligned.hasOutput ? "Dots: the models' own output." : nil
        let caption = [dots, note].compactMap { $0 }.joined(separator: " ")
        let series = aligned.columns.flatMap { column in
            let (color, scale) = (color(of: column), isRelative ? 1 / Double(column.layerCount) : 1)
            let points = zip(aligned.numbers, column.readings).compactMap { number, reading in
                reading.map {
                    LinePoint(Double(number) * scale, shown($0.mean), interval: $0.interval)
                }
            }
            let output = aligned.hasOutput ? column.readings[aligned.numbers.count] : nil
            let dot = output.map {
                LinePoint(
                    Double(column.layerCount) * scale, shown($0.mean), interval: $0.interval)
            }
            return [
                LineSeries(
                    label: column.name, color: color, stroke: column.isBaseline ? .dashed : .solid,
                    points: points),
                LineSeries(label: "", color: color, points: [dot].compactMap { $0 }),
            ]
        }
        return LineChart(
            labels(caption: caption), series: series, yScale: options.scale,
            countsX: !isRelative, xLimits: ends, size: options.size)
    }

    /// What the chart cannot show, a sentence a curve.
    package var notes: [String] {
        let least = aligned.quantity.least == 0 ? "0" : "\(aligned.quantity.least)"
        let reason =
            options.scale == .log10 ? "no finite value above \(least)" : "no finite value"
        let hidden = aligned.columns.compactMap { column -> String? in
            let readings = column.readings.compactMap { $0 }
            let count = readings.count { !options.scale.shows(shown($0.mean)) }
            guard count > 0 else { return nil }
            return "\(column.name): \(count) of \(counted(readings.count, "position")) "
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
            y: aligned.quantity.title + suffix, caption: caption ?? "")
    }

    private func color(of column: AlignedCurves.Column) -> Color {
        let colors = options.colors.isEmpty ? Color.series : options.colors
        return colors[column.model % colors.count]
    }

    private func shown(_ value: Double) -> Double { aligned.quantity.unrounded(value) }
}
