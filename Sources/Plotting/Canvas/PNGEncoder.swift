import CPNG

/// A PNG file of 8-bit sRGB pixels, with its resolution and text chunks.
///
/// - Parameters:
///   - rgb: `[height, width, 3]`, rows from the top.
///   - metadata: keys of 1 to 79 printable ASCII characters; values without control characters.
/// - Throws: `PlottingError.notDrawn` with libpng's message.
package func encodePNG(
    rgb: [UInt8], width: Int, height: Int, dpi: Double, metadata: [(key: String, value: String)]
) throws -> [UInt8] {
    precondition(
        rgb.count == width * height * 3, "\(rgb.count) bytes for \(width) x \(height) pixels")
    var text: [UInt8] = []
    for (key, value) in metadata { text += Array(key.utf8) + [0] + Array(value.utf8) + [0] }
    let zeros = text.count { $0 == 0 }
    precondition(zeros == metadata.count * 2, "metadata holds a zero character")
    var output = cpng_output()
    defer { free(output.bytes) }
    let status = (text + [0]).withUnsafeBytes { text in
        cpng_write_rgb(
            &output, rgb, UInt32(width), UInt32(height), UInt32((dpi / 0.0254).rounded()),
            text.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(metadata.count))
    }
    guard status == 0, let bytes = output.bytes else {
        let message = withUnsafeBytes(of: output.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        throw PlottingError.notDrawn(by: "libpng", reason: message)
    }
    return Array(UnsafeBufferPointer(start: bytes, count: output.count))
}
