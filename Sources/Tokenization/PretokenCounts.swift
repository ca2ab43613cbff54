/// How often each pretoken occurs in some texts: all that BPE learns from.
///
/// Texts are normalised to NFC and cut by the GPT-2 pattern. As in Hugging Face's training, added
/// tokens are not looked for: `<|endoftext|>` spelled out in a text is text. A pretoken of more than
/// 64 KiB is cut there all the same, so that memory does not grow with what a small compressed file can
/// hold.
package struct PretokenCounts {
    private static let longest = 1 << 16

    /// Pretoken number i occurs `counts[i]` times.
    private(set) var pretokens = ByteStringMap()
    private(set) var counts: [Int] = []

    package init() {}

    package var isEmpty: Bool { counts.isEmpty }

    /// Bytes of all pretokens, and one for each: what is merged.
    package var size: Int { pretokens.size }

    /// Where documents may be cut: the parts have the pretokens of the whole.
    package static let cuts = TextCuts(atSpaces: true, atLineFeeds: true)

    /// Counts the pretokens of one more document; none reaches from one document into another.
    package mutating func add(_ document: String) {
        document.withBytes { bytes in
            if let normal = NormalizationForm.nfc.normalize(bytes) {
                normal.withUnsafeBufferPointer { count($0) }
            } else {
                count(bytes)
            }
        }
    }

    private mutating func count(_ text: Bytes) {
        let scanner = PretokenScanner(bytes: text)
        var (start, whole) = (0, 0)
        while start < text.count {
            // What is left of a long pretoken is not scanned again.
            if start == whole { whole = scanner.end(from: start) }
            let end = min(whole, start + Self.longest)
            let pretoken = Bytes(rebasing: text[start..<end])
            start = end
            if let number = pretokens.number(of: pretoken) {
                counts[number] += 1
            } else {
                pretokens.insert(pretoken)
                counts.append(1)
            }
        }
    }
}
