import Models

/// The hook points of a model as text: a line for each, the name first, what it means last.
package struct HookTable {
    private let rows: [(cells: [String], meaning: String)]

    /// Those of one name in several blocks together, with the blocks that have them.
    package init(kindsOf configuration: ModelConfiguration) {
        rows = configuration.hookKinds.map { ([$0.pattern, $0.ranges, $0.shape], $0.meaning) }
    }

    /// Each by itself.
    package init(pointsOf configuration: ModelConfiguration) {
        rows = configuration.hookPoints.map {
            (["\($0)", $0.captured(configuration)], $0.meaning)
        }
    }

    /// - Parameter width: in characters, where there is one: meanings that do not fit stand on lines of
    ///   their own.
    package func text(width: Int?) -> String {
        let widths = (rows.first?.cells ?? []).indices.map { column in
            rows.map { $0.cells[column].count }.max() ?? 0
        }
        let start = widths.reduce(0) { $0 + $1 + 2 }
        let isWide = width.map { width in rows.allSatisfy { start + $0.meaning.count <= width } }
        return rows.map { cells, meaning in
            let line = zip(cells, widths).map { cell, width in
                cell + String(repeating: " ", count: width + 2 - cell.count)
            }.joined()
            guard isWide == false else { return line + meaning }
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n    \(meaning)"
        }.joined(separator: "\n")
    }
}
