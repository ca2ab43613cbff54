/// Bars in groups, one group a category and one bar a series, with optional error bars and marks.
package struct GroupedBarChart: Chart {
    package var labels: ChartLabels
    /// Names of the groups, left to right; at least one.
    package var categories: [String]
    /// One to eight; each holds one bar a category.
    package var series: [BarSeries]
    package var scale: ScaleKind
    /// Ends of the value axis; nil takes ends that show every bar and interval.
    package var limits: Interval?
    package var size: FigureSize

    package init(
        _ labels: ChartLabels, categories: [String], series: [BarSeries],
        scale: ScaleKind = .linear, limits: Interval? = nil, size: FigureSize = FigureSize()
    ) {
        precondition(!categories.isEmpty, "a chart needs a category")
        precondition((1...8).contains(series.count), "\(series.count) series, expected 1 to 8")
        for one in series {
            precondition(
                one.bars.count == categories.count,
                "\(one.bars.count) bars for \(categories.count) categories")
        }
        self.labels = labels
        self.categories = categories
        self.series = series
        self.scale = scale
        self.limits = limits
        self.size = size
    }
}

package struct BarSeries: Sendable {
    package var label: String
    package var color: Color
    /// One a category; nil draws nothing.
    package var bars: [Bar?]

    package init(label: String, color: Color, bars: [Bar?]) {
        self.label = label
        self.color = color
        self.bars = bars
    }
}

/// A bar from 0 (or from the foot of a logarithmic axis) to `value`, its error bar, and a mark for
/// each of the values that it sums up.
///
/// A value that is not finite draws nothing, as does one of 0 or less on a logarithmic axis.
package struct Bar: Hashable, Sendable {
    package var value: Double
    package var interval: Interval?
    /// Left to right across the bar, so that the same place is the same seed in every bar.
    package var marks: [Double]

    package init(_ value: Double, interval: Interval? = nil, marks: [Double] = []) {
        self.value = value
        self.interval = interval
        self.marks = marks
    }
}
