import Base
import Foundation

/// Bars in groups, one group a category and one bar a series, with optional error bars and marks.
///
/// A chart is a value: it says what is drawn, and `render` finds the places.
package struct GroupedBarChart: Sendable {
    package var title: String?
    package var xLabel: String
    package var yLabel: String
    /// Names of the groups, left to right; at least one.
    package var categories: [String]
    /// One to four; each holds one bar a category.
    package var series: [BarSeries]
    package var scale: ScaleKind
    /// Ends of the value axis; nil takes ends that show every bar and interval.
    package var limits: Interval?
    /// What must be known to read the chart; small, below everything.
    package var caption: String?
    package var size: FigureSize

    package init(
        title: String? = nil, xLabel: String, yLabel: String, categories: [String],
        series: [BarSeries], scale: ScaleKind = .linear, limits: Interval? = nil,
        caption: String? = nil, size: FigureSize = FigureSize()
    ) {
        precondition(!categories.isEmpty, "a chart needs a category")
        precondition((1...4).contains(series.count), "\(series.count) series, expected 1 to 4")
        for one in series {
            precondition(
                one.bars.count == categories.count,
                "\(one.bars.count) bars for \(categories.count) categories")
        }
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.categories = categories
        self.series = series
        self.scale = scale
        self.limits = limits
        self.caption = caption
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

    /// How many bars the axis cannot show, because their value has no place on it.
    package func barsNotDrawn(on scale: ScaleKind) -> Int {
        bars.count { bar in
            guard let bar else { return false }
            return !bar.value.isFinite || (scale == .log10 && bar.value <= 0)
        }
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

/// Two finite numbers in order.
package struct Interval: Hashable, Sendable {
    package let low: Double
    package let high: Double

    /// Nil unless both are finite and `low ≤ high`.
    package init?(_ low: Double, _ high: Double) {
        guard low.isFinite, high.isFinite, low <= high else { return nil }
        self.low = low
        self.high = high
    }
}

package enum ScaleKind: Hashable, Sendable {
    case linear
    case log10
}

/// Width and height in inches.
package struct FigureSize: Hashable, Sendable {
    package let width: Double
    package let height: Double

    package init(width: Double = 14, height: Double = 6) {
        self.width = width
        self.height = height
    }
}

package enum FigureFormat: String, CaseIterable, Sendable {
    case png
    case pdf
    case svg

    /// Whether a file is a figure of one of these formats whose metadata name this program.
    package static func isFigure(_ path: String) throws -> Bool {
        try MappedFile(path).withBytes { bytes in
            let start = String(decoding: bytes.prefix(1024), as: UTF8.self)
            let isFormat =
                bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) || start.hasPrefix("%PDF-")
                || start.contains("<svg")
            return isFormat && Data(bytes).firstRange(of: Data("StateLens".utf8)) != nil
        }
    }
}
