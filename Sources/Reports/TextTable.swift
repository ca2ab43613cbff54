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
    private let textColumns: Set<Int>

    /// - Parameter textColumns: those that hold words and are left-aligned.
    package init(_ headings: [String], textColumns: Set<Int> = []) {
        rows = [headings.map(Self.fitted)]
        self.textColumns = textColumns
    }

    package init(_ headings: String...) { self.init(headings) }

    package mutating func add(_ cells: [String]) { rows.append(cells.map(Self.fitted)) }

    /// A cell as wide as a table can bear; names come from files.
    private static func fitted(_ cell: String) -> String {
        let widest = 60
        return cell.utf8.count > widest && cell.count > widest
            ? cell.prefix(widest - 1) + "…" : cell
    }

    /// Columns that say something in at least one row below the headings.
    private var filledColumns: [Int] {
        guard rows.count > 1 else { return Array(rows[0].indices) }
        return rows[0].indices.filter { column in
            rows.dropFirst().contains { !["", "-"].contains($0[column]) }
        }
    }

    /// One line a row, without empty columns, spaces at the ends of lines and a final line break.
    package var text: String {
        let columns = filledColumns.map { column in
            (index: column, width: rows.map { $0[column].count }.max() ?? 0)
        }
        return rows.map { row in
            let cells = columns.map { column in
                let cell = row[column.index]
                let padding = String(repeating: " ", count: column.width - cell.count)
                return textColumns.contains(column.index) ? cell + padding : padding + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
