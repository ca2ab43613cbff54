import Base

/// The text of `bytes`.
///
/// - Throws: `CorpusError.invalidUTF8` with the offset in the file, never repaired silently.
func text(_ bytes: UnsafeRawBufferPointer, path: String, line: Int, offset: Int) throws -> String {
    try requireUTF8(bytes, path: path, line: line, offset: offset)
    return String(decoding: bytes, as: UTF8.self)
}

func requireUTF8(
    _ bytes: UnsafeRawBufferPointer, path: String, line: Int, offset: Int
) throws {
    guard let bad = firstInvalidUTF8(in: bytes) else { return }
    let lineFeeds = bytes[..<bad].reduce(into: 0) { $0 += $1 == 0x0A ? 1 : 0 }
    throw CorpusError.invalidUTF8(
        path: path, line: line + lineFeeds, offset: offset + bad, byte: bytes[bad])
}
