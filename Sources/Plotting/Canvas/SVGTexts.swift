import Foundation

/// The texts of an SVG page as `text` elements, which can be searched, copied and edited; cairo would
/// write the outlines of their glyphs.
///
/// They stand in drawing order above everything else on the page, and are as wide as they were measured
/// where the page is shown with the font that it names; a reader without it takes one that is as wide.
struct SVGTexts {
    private static let families = "'\(Font.family)', Verdana, sans-serif"
    private var elements: [String] = []

    /// - Parameters: as of `Canvas.text`.
    mutating func add(
        _ text: String, at point: Point, _ font: Font, anchor: TextAnchor, quarterTurn: Bool,
        color: Color
    ) {
        guard !text.isEmpty else { return }
        let place = "\(spelled(point.x)) \(spelled(point.y))"
        let position =
            quarterTurn
            ? "transform=\"translate(\(place)) rotate(-90)\""
            : "x=\"\(spelled(point.x))\" y=\"\(spelled(point.y))\""
        let weight = font.isBold ? " font-weight=\"bold\"" : ""
        elements.append(
            "<text \(position) font-size=\"\(spelled(font.size))\"\(weight)"
                + " text-anchor=\"\(anchor)\" fill=\"\(color.hex)\">\(xml(text))</text>")
    }

    /// The page with its texts.
    func inserted(into svg: [UInt8]) -> [UInt8] {
        guard !elements.isEmpty else { return svg }
        var page = String(decoding: svg, as: UTF8.self)
        guard let end = page.range(of: "</svg>", options: .backwards) else { return svg }
        let group =
            ["<g font-family=\"\(Self.families)\" xml:space=\"preserve\">"] + elements + ["</g>\n"]
        page.insert(contentsOf: group.joined(separator: "\n"), at: end.lowerBound)
        return Array(page.utf8)
    }

    /// To a thousandth of a point.
    private func spelled(_ length: Double) -> String {
        let text = String(format: "%.3f", length)
        let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(trimmed.reversed())
    }
}

/// Text as an XML document has it.
///
/// - Parameter text: as `printable` leaves it.
func xml(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}
