/// Cuts a text where the GPT-2 pattern does, without a regular expression engine.
///
/// The pattern's alternatives are tried in order at every place and together match any character,
/// so the pieces are contiguous. What remains of backtracking is `\s+(?!\S)`: a run of spaces that
/// something follows leaves its last space to what follows.
///
/// - SeeAlso: `pat` in the `encoder.py` of GPT-2.
struct PretokenScanner {
    static let pattern =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    let bytes: Bytes

    /// Where the piece that begins at `start` ends; `start` must lie inside the text.
    @inline(__always)
    func end(from start: Int) -> Int {
        let first = bytes[start]
        if first == UInt8(ascii: "'"), let end = contractionEnd(from: start) { return end }
        if first == UInt8(ascii: " ") {
            guard start + 1 < bytes.count else { return bytes.count }
            let (kind, length) = classify(at: start + 1)
            if kind != .space { return runEnd(of: kind, from: start + 1 + length) }
            return spacesEnd(from: start)
        }
        let (kind, length) = classify(at: start)
        return kind == .space ? spacesEnd(from: start) : runEnd(of: kind, from: start + length)
    }

    @inline(__always)
    private func classify(at index: Int) -> (CharacterClass, Int) {
        let byte = bytes[index]
        if byte < 0x80 { return (CharacterClass.ofASCII(byte), 1) }
        let (value, length) = bytes.scalar(at: index)
        return (CharacterClass.of(value), length)
    }

    @inline(__always)
    private func runEnd(of kind: CharacterClass, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let (next, length) = classify(at: index)
            if next != kind { break }
            index += length
        }
        return index
    }

    private func spacesEnd(from start: Int) -> Int {
        let end = runEnd(of: .space, from: start)
        guard end < bytes.count else { return end }
        let last = bytes.scalarStart(before: end)
        return last > start ? last : end
    }

    /// The end of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll`; nil if none begins here.
    private func contractionEnd(from start: Int) -> Int? {
        guard start + 1 < bytes.count else { return nil }
        let next = bytes[start + 1]
        let third = start + 2 < bytes.count ? bytes[start + 2] : 0
        switch (next, third) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
            (UInt8(ascii: "d"), _):
            return start + 2
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        default:
            return nil
        }
    }
}
