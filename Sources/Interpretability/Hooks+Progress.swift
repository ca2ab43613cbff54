import Models

extension Hooks {
    /// Tells after every block what share of a pass over one text is done.
    ///
    /// - Parameters:
    ///   - blocks: that run.
    ///   - length: of the text.
    mutating func tell(_ progress: @escaping (Double) -> Void, blocks: Int, of length: Int) {
        for block in 0..<blocks {
            add(.residPost(block: block)) { _, context in
                let span = context.spans[0]
                let inside = Double(span.rows.count) * Double(block + 1) / Double(blocks)
                progress((Double(span.start) + inside) / Double(length))
            }
        }
    }
}
