/// Cuts normalised text into pretokens and merges the bytes of each into tokens.
///
/// A pretoken of more than 1 MiB is cut there all the same, so that memory does not grow with what a
/// small compressed file can hold; no word of any language comes near.
struct PretokenEncoder: Sendable {
    private static let longest = 1 << 20

    private let vocabulary: Vocabulary
    private let merges: MergeTable
    private let ignoresMerges: Bool
    private let joints: ByteJoints

    /// - Parameter ignoresMerges: whether a pretoken that is in the vocabulary as a whole becomes that
    ///   token without merging.
    init(vocabulary: Vocabulary, merges: MergeTable, ignoresMerges: Bool) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.ignoresMerges = ignoresMerges
        joints = ByteJoints(vocabulary)
    }

    /// What one caller at a time may use and keep between texts.
    struct Memory: Sendable {
        var cache = PretokenCache()
        var merger = PairMerger()
        var tokens: [TokenID] = []
        var part: [TokenID] = []
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
        joints.forEachPart(of: pretoken) { part in
            memory.part.removeAll(keepingCapacity: memory.part.count < 1 << 16)
            for byte in part { memory.part.append(vocabulary.byteTokens[Int(byte)]) }
            memory.merger.merge(&memory.part, with: merges)
            memory.tokens.append(contentsOf: memory.part)
        }
    }

    private func wholeToken(_ pretoken: Bytes) -> TokenID? {
        ByteAlphabet.encode(pretoken).withBytes(vocabulary.modelID)
    }
}
