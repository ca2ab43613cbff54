import Base
import Checkpoints
import Results

extension [ReadingResult] {
    /// A line for each reading, block and position, for pandas: `pandas.read_csv`.
    ///
    /// Columns: `reading`, `block` (blocks completed, or `output`), `position`, `id`, `token`, `target_id`,
    /// `target`, one for each `ReadingQuantity` under its JSON key, and of the most probable tokens
    /// `top1_id`, `top1_token`, `top1_probability` and so on. What is undefined is empty.
    package var csv: String {
        let count = flatMap { $0.rows + [$0.output] }.flatMap { $0.top.map(\.count) }.max() ?? 0
        let heads =
            ["reading", "block", "position", "id", "token", "target_id", "target"]
            + ReadingQuantity.allCases.map(\.rawValue)
            + (1...Swift.max(1, count)).prefix(count).flatMap {
                ["top\($0)_id", "top\($0)_token", "top\($0)_probability"]
            }
        var lines = [heads.joined(separator: ",")]
        for reading in self {
            let rows = zip(
                reading.blocks.map(String.init) + ["output"], reading.rows + [reading.output])
            for (block, row) in rows {
                let values = ReadingQuantity.allCases.map { row[$0] }
                for (column, position) in reading.positions.enumerated() {
                    var cells = [
                        quoted(reading.name), block, "\(position)", "\(reading.ids[column])",
                        quoted(reading.tokens[column]),
                        reading.targets[column].map { "\($0)" } ?? "",
                        reading.targetTokens[column].map(quoted) ?? "",
                    ]
                    cells += values.map { $0[column].map { "\($0)" } ?? "" }
                    for token in row.top[column] {
                        cells += ["\(token.id)", quoted(token.token), "\(token.probability)"]
                    }
                    cells += [String](repeating: "", count: heads.count - cells.count)
                    lines.append(cells.joined(separator: ","))
                }
            }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    /// Arrays for `numpy.load`. Of several readings their names begin with the place of the reading, `0.kl`.
    ///
    /// `blocks` `[rows]`, `positions`, `ids`, `tokens`, `targets` (−1 for none) `[positions]`; every
    /// `ReadingQuantity` `[rows, positions]`, NaN where it is undefined; `top_ids`, `top_tokens`,
    /// `top_probabilities` `[rows, positions, k]`; of the model itself the same under `output_`, without rows.
    package var numPyArrays: [(name: String, array: NumPyArchive.Array)] {
        var arrays: [(name: String, array: NumPyArchive.Array)] = [
            ("names", .init(map(\.name), shape: [count]))
        ]
        for (index, reading) in enumerated() {
            let prefix = count == 1 ? "" : "\(index)."
            arrays += reading.numPyArrays.map { (prefix + $0.name, $0.array) }
        }
        return arrays
    }
}

extension ReadingResult {
    fileprivate var numPyArrays: [(name: String, array: NumPyArchive.Array)] {
        let columns = positions.count
        var arrays: [(name: String, array: NumPyArchive.Array)] = [
            ("blocks", .init(blocks, shape: [blocks.count])),
            ("positions", .init(positions, shape: [columns])),
            ("ids", .init(ids, shape: [columns])),
            ("tokens", .init(tokens, shape: [columns])),
            ("targets", .init(targets.map { $0 ?? -1 }, shape: [columns])),
        ]
        for (prefix, rows, leading) in [
            ("", rows, [rows.count]), ("output_", [output], []),
        ] {
            for quantity in ReadingQuantity.allCases {
                arrays.append(
                    (
                        prefix + quantity.rawValue,
                        .init(rows.flatMap { $0[quantity] }, shape: leading + [columns])
                    ))
            }
            let top = rows.flatMap(\.top)
            let count = top.map(\.count).min() ?? 0
            let tokens = top.flatMap { $0.prefix(count) }
            let shape = leading + [columns, count]
            arrays += [
                (prefix + "top_ids", .init(tokens.map(\.id), shape: shape)),
                (prefix + "top_tokens", .init(tokens.map(\.token), shape: shape)),
                (prefix + "top_probabilities", .init(tokens.map { $0.probability }, shape: shape)),
            ]
        }
        return arrays
    }
}

/// A field of a CSV file, RFC 4180. By bytes: to `String` a quotation mark with an accent is another character.
private func quoted(_ text: String) -> String {
    let needsQuotes = text.utf8.contains { Array(",\"\r\n".utf8).contains($0) }
    guard needsQuotes || text.first == " " || text.last == " " || text.isEmpty else { return text }
    let doubled = text.utf8.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
    return "\"" + String(decoding: doubled, as: UTF8.self) + "\""
}
