import Foundation
import Plotting

/// Where the texts of a figure stand, read from its SVG and the font that it names.
struct SVGPage {
    struct Box {
        var left = Double.infinity
        var top = Double.infinity
        var right = -Double.infinity
        var bottom = -Double.infinity

        mutating func add(_ x: Double, _ y: Double) {
            (left, right) = (min(left, x), max(right, x))
            (top, bottom) = (min(top, y), max(bottom, y))
        }

        func overlaps(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }

    let svg: String
    /// In points.
    let width: Double
    let height: Double
    /// What is written, in drawing order.
    let words: [String]
    /// The ink of each text that has any.
    let texts: [Box]

    init(_ chart: some Chart) throws {
        let svg = String(decoding: try render(chart, as: .svg), as: UTF8.self)
        self.svg = svg
        (width, height) = (chart.size.width * 72, chart.size.height * 72)
        let elements =
            svg.matches(
                of:
                    /<text (?<place>[^>]*) font-size="(?<size>[0-9.]+)"(?<bold> font-weight="bold")? text-anchor="(?<anchor>[a-z]+)" fill="#[0-9A-F]{6}">(?<text>[^<]*)<\/text>/
            )
        words = elements.map { Self.unescaped($0.output.text) }
        texts = zip(elements, words).compactMap { element, word in
            let numbers = element.output.place.matches(of: /-?[0-9.]+/).compactMap {
                Double($0.output)
            }
            return Self.ink(
                word, x: numbers[0], y: numbers[1], size: Double(element.output.size) ?? 0,
                element.output.bold == nil ? .regular : .bold,
                anchor: ["middle": 0.5, "end": 1][element.output.anchor] ?? 0,
                isTurned: element.output.place.hasPrefix("transform"))
        }
    }

    private static func unescaped(_ text: Substring) -> String {
        String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&amp;", with: "&")
    }

    private static func ink(
        _ text: String, x: Double, y: Double, size: Double, _ font: FontFile, anchor: Double,
        isTurned: Bool
    ) -> Box? {
        let glyphs = text.unicodeScalars.map(font.glyph)
        var pen = -anchor * glyphs.reduce(0) { $0 + $1.advance }
        var box = Box()
        for glyph in glyphs {
            if let ink = glyph.ink {
                for (right, up) in [(ink.left, ink.bottom), (ink.right, ink.top)] {
                    let (along, above) = ((pen + right) * size, up * size)
                    isTurned ? box.add(x - above, y - along) : box.add(x + along, y - above)
                }
            }
            pen += glyph.advance
        }
        return box.left <= box.right ? box : nil
    }

    /// Texts with ink beyond the page.
    var textsOutside: Int {
        texts.count { $0.left < 0 || $0.top < 0 || $0.right > width || $0.bottom > height }
    }

    /// Pairs of texts that run into each other.
    var collisions: Int {
        texts.indices.reduce(0) { count, index in
            count + texts[(index + 1)...].count { $0.overlaps(texts[index]) }
        }
    }
}
