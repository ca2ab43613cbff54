import Foundation

/// A number with so many digits after the point; what rounds to zero has no sign.
package func decimal(_ value: Double, digits: Int = 4) -> String {
    let text = String(format: "%.\(digits)f", value)
    let isZero = text.allSatisfy { "-0.".contains($0) }
    return text.hasPrefix("-") && isZero
        ? String(text.dropFirst()) : text
}

/// Columns of text for a terminal, numbers right-aligned under their headings.
package struct TextTable {
    private var rows: [[String]]

    package init(_ headings: [String]) { rows = [headings] }

    package init(_ headings: String...) { self.init(headings) }

    package mutating func add(_ cells: [String]) { rows.append(cells) }

    /// One line a row, without a line break at the end.
    package var text: String {
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
