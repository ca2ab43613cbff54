/// The layer table that the published evaluation script writes: a Python literal
/// `{1: {'sum': 1.2, 'total': 2000, 'avg': 0.0006}, 2: …}`.
///
/// Read by a parser of exactly this form, which evaluates nothing, has no recursion and takes
/// time linear in the file. NumPy's spellings (`np.float32(0.1)`, `np.int64(2000)`), `nan` and
/// `inf` are numbers too; the `eval`-free reader of the published plot script refuses those.
package struct PublishedTable {
    package struct Row {
        package let layer: Int
        package let average: Double
    }

    /// Rows by rising layer, 1...N.
    package let rows: [Row]

    /// - Throws: `ResultError`.
    package init(_ bytes: [UInt8], path: String) throws {
        var scanner = PythonScanner(bytes, path: path)
        var rows: [Int: Double] = [:]
        try scanner.dictionary { scanner in
            let layer = try scanner.integer("a layer number")
            guard rows[layer] == nil else {
                throw ResultError.layersNotContiguous(
                    path: path, found: layer, expected: rows.count + 1)
            }
            try scanner.symbol(":")
            rows[layer] = try Self.average(&scanner, layer: layer, path: path)
            guard rows.count <= LayerPosition.maximumCount else {
                throw ResultError.tooManyLayers(
                    path: path, count: rows.count, limit: LayerPosition.maximumCount)
            }
        }
        try scanner.end()
        guard !rows.isEmpty else { throw ResultError.noLayers(path: path) }
        self.rows = try rows.sorted { $0.key < $1.key }.enumerated().map { index, row in
            guard row.key == index + 1 else {
                throw ResultError.layersNotContiguous(
                    path: path, found: row.key, expected: index + 1)
            }
            return Row(layer: row.key, average: row.value)
        }
    }

    private static func average(
        _ scanner: inout PythonScanner, layer: Int, path: String
    ) throws -> Double {
        var entries: [String: Double] = [:]
        try scanner.dictionary { scanner in
            let names = ["sum", "total", "avg"].filter { entries[$0] == nil }
            let name = try scanner.string(oneOf: names)
            try scanner.symbol(":")
            entries[name] = try scanner.number()
        }
        guard let sum = entries["sum"], let total = entries["total"], let average = entries["avg"]
        else {
            throw scanner.error(expected: "'sum', 'total' and 'avg' of layer \(layer)")
        }
        let expected = sum / total
        // Sums in float32 and printed averages agree to six digits; an edit does not.
        guard !(abs(average - expected) > 1e-3 * abs(expected)), total > 0 else {
            throw ResultError.inconsistentAverage(
                path: path, layer: layer, average: average, expected: expected)
        }
        guard average.isNaN || (0...1 + 1e-3).contains(average) else {
            throw ResultError.badValue(
                path: path, field: "'avg' of layer \(layer)", found: "\(average)",
                expected: "a probability, 0 to 1")
        }
        return average
    }
}
