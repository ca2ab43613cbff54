/// Draws a chart and returns the bytes of a whole file, the same for the same arguments.
///
/// - Parameters:
///   - dpi: pixels per inch of a PNG, which also records it; the other formats have none.
///   - metadata: provenance, in the order it is written: text chunks of a PNG, the `metadata`
///     element of an SVG, the subject of a PDF (whose title and creator are taken from the keys
///     `Title` and `Software`). Keys are 1 to 79 printable ASCII characters.
/// - Throws: `PlottingError`.
package func render(
    _ chart: some Chart, as format: FigureFormat, dpi: Double = 300,
    metadata: [(key: String, value: String)] = []
) throws -> [UInt8] {
    try check(chart.size, dpi: dpi, format: format)
    let metadata = try metadata.map { key, value in
        let isPrintable = key.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard isPrintable, (1...79).contains(key.utf8.count), key.first != " ", key.last != " "
        else { throw PlottingError.unusableMetadataKey(printable(key)) }
        return (key: key, value: printable(value))
    }
    let canvas = Canvas(chart.size, as: format, dpi: dpi)
    canvas.setPDFMetadata(
        title: metadata.first { $0.key == "Title" }?.value,
        creator: metadata.first { $0.key == "Software" }?.value,
        subject: metadata.map { "\($0.key): \($0.value)" }.joined(separator: "; "))
    try chart.draw(on: canvas)
    let (bytes, width, height) = try canvas.finish()
    return switch format {
    case .png:
        try encodePNG(rgb: bytes, width: width, height: height, dpi: dpi, metadata: metadata)
    case .pdf: bytes
    case .svg: annotateSVG(bytes, metadata: metadata)
    }
}

private func check(_ size: FigureSize, dpi: Double, format: FigureFormat) throws {
    guard dpi >= 20, dpi <= 2400 else { throw PlottingError.notAResolution(dpi: dpi) }
    guard size.width >= 1, size.height >= 1 else {
        throw PlottingError.figureTooSmall(size: size)
    }
    let pixels = format == .png ? (size.width * dpi, size.height * dpi) : (0, 0)
    guard size.width <= 100, size.height <= 100, pixels.0 <= 32_767, pixels.1 <= 32_767,
        pixels.0 * pixels.1 <= 2e8
    else { throw PlottingError.figureTooLarge(size: size, dpi: dpi) }
}

/// Adds title and metadata to cairo's SVG, and names its outer group, which cairo numbers by how
/// many surfaces the process has made.
private func annotateSVG(
    _ bytes: [UInt8], metadata: [(key: String, value: String)]
) -> [UInt8] {
    var svg = String(decoding: bytes, as: UTF8.self)
    svg.replace(/id="surface[0-9]+"/, with: "id=\"figure\"")
    guard let root = svg.firstRange(of: /<svg [^>]*>/) else { return Array(svg.utf8) }
    var text = "\n"
    if let title = metadata.first(where: { $0.key == "Title" })?.value {
        text += "<title>\(xml(title))</title>\n"
    }
    if !metadata.isEmpty {
        let lines = metadata.map { "\(xml($0.key)): \(xml($0.value))" }
        text += "<metadata>\n\(lines.joined(separator: "\n"))\n</metadata>"
    }
    svg.insert(contentsOf: text, at: root.upperBound)
    return Array(svg.utf8)
}
