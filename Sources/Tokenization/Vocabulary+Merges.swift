extension Vocabulary {
    /// The merges of a file with their tokens looked up.
    ///
    /// - Throws: `TokenizationError.malformedMerge` if an entry is not two tokens of the
    ///   vocabulary that join into a third.
    func mergeTable(_ merges: TokenizerFile.Merges, path: String) throws -> MergeTable {
        var result: [(left: TokenID, right: TokenID, merged: TokenID)] = []
        var joined: [UInt8] = []

        func append(_ left: Bytes, _ right: Bytes, index: Int) throws {
            joined.removeAll(keepingCapacity: true)
            joined.append(contentsOf: left)
            joined.append(contentsOf: right)
            let ids = try [left, right].map { try known($0, index, left, right) }
            let merged = try joined.withUnsafeBufferPointer { try known($0, index, left, right) }
            result.append((ids[0], ids[1], merged))
        }
        func known(_ name: Bytes, _ index: Int, _ left: Bytes, _ right: Bytes) throws -> TokenID {
            if let id = modelID(of: name) { return id }
            let (name, left, right) = (text(name), text(left), text(right))
            throw TokenizationError.malformedMerge(
                path: path, index: index, found: "\(left) \(right)",
                reason: "'\(name)' is not in the vocabulary")
        }
        func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }

        switch merges {
        case .lines(let lines):
            for (index, line) in lines.enumerated() where !line.utf8.starts(with: "#version".utf8) {
                try line.withBytes { bytes in
                    let parts = bytes.split(
                        separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
                    guard parts.count == 2 else {
                        throw TokenizationError.malformedMerge(
                            path: path, index: index, found: line,
                            reason: "expected two tokens separated by one space")
                    }
                    try append(
                        Bytes(rebasing: parts[0]), Bytes(rebasing: parts[1]), index: index)
                }
            }
        case .pairs(let pairs):
            for (index, pair) in pairs.enumerated() {
                guard pair.count == 2 else {
                    throw TokenizationError.malformedMerge(
                        path: path, index: index, found: pair.joined(separator: " "),
                        reason: "expected two tokens, found \(pair.count)")
                }
                try pair[0].withBytes { left in
                    try pair[1].withBytes { right in try append(left, right, index: index) }
                }
            }
        }
        return MergeTable(result)
    }
}
