/// Where `bytes` first stop being UTF-8: the offset of the first byte of the first sequence that
/// is none (overlong, a surrogate, past U+10FFFF, cut short, or a stray byte); nil if all is well.
///
/// - SeeAlso: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
package func firstInvalidUTF8(in bytes: UnsafeRawBufferPointer) -> Int? {
    var at = 0
    while at < bytes.count {
        // Text is mostly ASCII: eight bytes without a high bit need no look at each.
        if bytes.count - at >= 8,
            bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            at += 8
            continue
        }
        let length = sequenceLength(bytes, at)
        if length == 0 { return at }
        at += length
    }
    return nil
}

/// Bytes of the well-formed sequence at `at`; 0 if there is none.
@inline(__always)
private func sequenceLength(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int {
    let lead = bytes[at]
    let left = bytes.count - at
    func continues(_ index: Int) -> Bool { bytes[at + index] & 0xC0 == 0x80 }
    switch lead {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: return left >= 2 && continues(1) ? 2 : 0
    case 0xE0...0xEF:
        guard left >= 3, continues(1), continues(2) else { return 0 }
        let second = bytes[at + 1]
        let overlong = lead == 0xE0 && second < 0xA0
        let surrogate = lead == 0xED && second > 0x9F
        return overlong || surrogate ? 0 : 3
    case 0xF0...0xF4:
        guard left >= 4, continues(1), continues(2), continues(3) else { return 0 }
        let second = bytes[at + 1]
        let overlong = lead == 0xF0 && second < 0x90
        let tooLarge = lead == 0xF4 && second > 0x8F
        return overlong || tooLarge ? 0 : 4
    default: return 0
    }
}
