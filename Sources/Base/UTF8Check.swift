/// Where `bytes` first stop being UTF-8: the offset of the first byte of the first sequence that
/// is none (overlong, a surrogate, past U+10FFFF, cut short, or a stray byte); nil if all is well.
///
/// - SeeAlso: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
package func firstInvalidUTF8(in bytes: UnsafeRawBufferPointer) -> Int? {
    bytes.withMemoryRebound(to: UInt8.self) { bytes in
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }
}
