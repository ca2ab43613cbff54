import Foundation

/// The curves as text: one line a position on the axis, one right-aligned column a curve, with
/// four significant digits; `-` where a curve has no such position.
///
/// - Throws: `ResultError` as `layerChart` does.
package func layerTable(_ curves: [LayerCurve], _ options: LayerChartOptions) throws -> String {
    let aligned = try AlignedCurves(curves, options)
    var table = TextTable(
        [options.axis == .blocks ? "blocks" : "layer"] + curves.map(\.label))
    for (row, name) in aligned.names.enumerated() {
        table.add([name] + aligned.points.map { $0[row].map { number($0.mean) } ?? "-" })
    }
    return table.text
}

private func number(_ value: Double) -> String {
    String(format: "%.4g", value)
}
