/// Cuts normalised text into pretokens and merges the bytes of each into tokens.
///
/// A pretoken of more than 16 MiB is cut there all the same, so that memory does not grow with what a
/// small compressed file can hold; no word of any language comes near.
struct PretokenEncoder: Sendable {
    private static let longest = 1 << 24

    let vocabulary: Vocabulary
    let merges: MergeTable
    /// A pretoken that is in the vocabulary as a whole becomes that token without merging.
    let ignoresMerges: Bool

    /// What one caller at a time may use and keep between texts.
    struct Memory: Sendable {
        var cache = PretokenCache()
        var merger = PairMerger()
        var tokens: [TokenID] = []
    }

    /// Appends the ids of `text`, cut by the GPT-2 pattern if `splits`.
    func encode(
        _ text: Bytes, splits: Bool, _ memory: inout Memory, _ output: inout [TokenID]
    ) {
        let scanner = PretokenScanner(bytes: text)
        var (start, whole) = (0, 0)
        while start < text.count {
            // What is left of a long pretoken is not scanned again.
            if start == whole { whole = splits ? scanner.end(from: start) : text.count }
            let end = min(whole, start + Self.longest)
            let pretoken = Bytes(rebasing: text[start..<end])
            start = end
            if memory.cache.appendTokens(of: pretoken, to: &output) { continue }
            merge(pretoken, &memory)
            output.append(contentsOf: memory.tokens)
            memory.cache.insert(pretoken, memory.tokens)
        }
    }

    /// Leaves the ids of one pretoken in `memory.tokens`.
    private func merge(_ pretoken: Bytes, _ memory: inout Memory) {
        memory.tokens.removeAll(keepingCapacity: memory.tokens.count < 1 << 16)
        if ignoresMerges, let whole = wholeToken(pretoken) {
            memory.tokens.append(whole)
            return
        }
        for byte in pretoken { memory.tokens.append(vocabulary.byteTokens[Int(byte)]) }
        memory.merger.merge(&memory.tokens, with: merges)
    }

    private func wholeToken(_ pretoken: Bytes) -> TokenID? {
        ByteAlphabet.encode(pretoken).withBytes(vocabulary.modelID)
    }
}
