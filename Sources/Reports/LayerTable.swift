import Foundation

/// The curves as text: one line a position on the axis, one right-aligned column a curve, with
/// four significant digits; `-` where a curve has no such position. Ends in a line break.
///
/// - Throws: `ResultError` as `layerChart` does.
package func layerTable(_ curves: [LayerCurve], _ options: LayerChartOptions) throws -> String {
    let aligned = try AlignedCurves(curves, options)
    let head = options.axis == .blocks ? "blocks" : "layer"
    let columns =
        [[head] + aligned.names]
        + zip(curves, aligned.points).map { curve, points in
            [curve.label] + points.map { $0.map { number($0.mean) } ?? "-" }
        }
    let widths = columns.map { $0.map(\.count).max() ?? 0 }
    return (0...aligned.names.count).map { row in
        zip(columns, widths).map { column, width in
            String(repeating: " ", count: width - column[row].count) + column[row]
        }.joined(separator: "  ") + "\n"
    }.joined()
}

private func number(_ value: Double) -> String {
    String(format: "%.4g", value)
}
