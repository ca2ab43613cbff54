import Foundation

struct Font: Hashable {
    /// Part of every Debian and Ubuntu desktop; `make deps` installs it. Fontconfig takes the
    /// nearest family where it is missing.
    static let family = "DejaVu Sans"

    /// Points.
    var size: Double
    var isBold = false

    /// Height of capitals and digits of DejaVu Sans.
    var capHeight: Double { 0.729 * size }
    /// Depth of `g` below the baseline.
    var descent: Double { 0.24 * size }
    var lineHeight: Double { 1.25 * size }
}

/// Sizes of everything that is not data, in points.
///
/// Small figures are printed at their size and large ones shrunk into a column, so letters grow
/// with the figure, but slower than it does.
struct Style {
    let scale: Double

    init(_ size: FigureSize) {
        scale = min(1.25, max(0.54, pow(size.width * size.height / (14 * 6), 0.33)))
    }

    var tickFont: Font { Font(size: 12 * scale) }
    var axisFont: Font { Font(size: 14.5 * scale) }
    var legendFont: Font { Font(size: 13.5 * scale) }
    var captionFont: Font { Font(size: 11 * scale) }
    var titleFont: Font { Font(size: 16.5 * scale, isBold: true) }

    /// Free space around the figure.
    var margin: Double { 10 * scale }
    /// Between an axis and its tick labels, and between those and the axis label.
    var gap: Double { 6 * scale }
    var spineWidth: Double { 1.0 * scale }
    var gridWidth: Double { 0.9 * scale }
    var minorGridWidth: Double { 0.7 * scale }
    var errorBarWidth: Double { 1.0 * scale }
    var errorBarRim: Double { 0.6 * scale }
    var markRadius: Double { 2.8 * scale }
    var barEdgeWidth: Double { 0.55 * scale }
    var lineWidth: Double { 1.7 * scale }
    var lineMarkRadius: Double { 3.4 * scale }
    /// Points that can still be read in print.
    static let smallestFont = 4.0
    /// Share of a category's width that its bars fill.
    let groupWidth = 0.8
}
