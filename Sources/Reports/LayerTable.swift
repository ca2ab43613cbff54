import Foundation
import Results

/// The curves as text: one line a position on the axis, one right-aligned column a label, with
/// four significant digits; `-` where its curves have no such position.
///
/// Where several curves share a label, their mean, and the smallest and the largest in brackets.
///
/// - Throws: `ComparisonError` as `LayerChart` does.
package func layerTable(_ curves: [LayerCurve], _ options: LayerChartOptions) throws -> String {
    let aligned = try AlignedCurves(curves, options)
    var table = TextTable(
        [options.axis == .published ? "layer" : "blocks"] + aligned.columns.map(\.name))
    for (row, name) in aligned.rowNames.enumerated() {
        table.add(
            [name]
                + aligned.columns.map { $0.readings[row].map { cell($0, aligned.quantity) } ?? "-" }
        )
    }
    return ([table.text] + [comparisonNote(curves)].compactMap { $0 }).joined(separator: "\n")
}

private func cell(_ reading: LayerReading, _ quantity: CurveQuantity) -> String {
    let mean = number(quantity.unrounded(reading.mean))
    guard !reading.seeds.isEmpty, let range = reading.interval else { return mean }
    return "\(mean) (\(number(range.low))–\(number(range.high)))"
}

private func number(_ value: Double) -> String {
    String(format: "%.4g", value)
}
