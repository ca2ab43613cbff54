/// The UTF-8 text that is the content of `path`.
///
/// - Throws: `TokenizationError.notUTF8`.
package func utf8Text(
    _ contents: some RandomAccessCollection<UInt8>, of path: String
) throws -> String {
    guard let text = String(validating: contents, as: UTF8.self) else {
        // The first scalar that the bytes do not spell replaces what is not UTF-8.
        var offset = 0
        for scalar in String(decoding: contents, as: UTF8.self).unicodeScalars {
            guard contents.dropFirst(offset).starts(with: UTF8.encode(scalar) ?? .init())
            else { break }
            offset += UTF8.width(scalar)
        }
        throw TokenizationError.notUTF8(path: path, offset: offset)
    }
    return text
}
