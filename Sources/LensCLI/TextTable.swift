import Foundation

/// A number with so many digits after the point; what rounds to zero has no sign.
func decimal(_ value: Double, digits: Int = 4) -> String {
    let text = String(format: "%.\(digits)f", value)
    let isZero = text.allSatisfy { "-0.".contains($0) }
    return text.hasPrefix("-") && isZero
        ? String(text.dropFirst()) : text
}

/// Columns of text for a terminal, numbers right-aligned under their headings.
struct TextTable {
    private var rows: [[String]]

    init(_ headings: String...) { rows = [headings] }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var text: String {
        let widths = rows[0].indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            zip(row, widths).map { cell, width in
                String(repeating: " ", count: width - cell.count) + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
