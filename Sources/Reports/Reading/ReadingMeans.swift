import Base
import Results

extension [ReadingResult] {
    /// Means over positions of a quantity, a row for each block and a column for each reading.
    package func means(of quantity: ReadingQuantity) -> String {
        func mean(_ row: ReadingRow) -> String {
            let values = row[quantity].compactMap(\.self)
            guard !values.isEmpty else { return "-" }
            return decimal(values.reduce(0, +) / Double(values.count))
        }
        var table = TextTable(["blocks"] + map(\.name.clipped))
        for block in Set(flatMap(\.blocks)).sorted() {
            table.add(
                ["\(block)"]
                    + map { reading in
                        reading.blocks.firstIndex(of: block).map { mean(reading.rows[$0]) } ?? "-"
                    })
        }
        table.add(["output"] + map { mean($0.output) })
        return "Mean over positions of the \(quantity.title):\n\(table.text)"
    }
}
