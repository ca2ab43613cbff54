import Foundation
import Plotting

/// Where the texts of a figure stand, read from its SVG: a text is a group of glyphs, each a use of an
/// outline that the file defines.
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
    /// The ink of each text, in drawing order.
    let texts: [Box]

    init(_ chart: some Chart) throws {
        let svg = String(decoding: try render(chart, as: .svg), as: UTF8.self)
        self.svg = svg
        (width, height) = (chart.size.width * 72, chart.size.height * 72)
        var glyphs: [Substring: [(Double, Double)]] = [:]
        let symbols = /<symbol [^>]*id="(glyph[0-9]+-[0-9]+)">\s*<path [^>]*d="([^"]*)"/
        let definitions = svg[..<(svg.range(of: "</defs>")?.lowerBound ?? svg.endIndex)]
        for match in definitions.matches(of: symbols) {
            let numbers = match.output.2.split(separator: " ").compactMap { Double($0) }
            glyphs[match.output.1] = stride(from: 0, to: numbers.count - 1, by: 2).map {
                (numbers[$0], numbers[$0 + 1])
            }
        }
        let uses = /<use xlink:href="#(glyph[0-9]+-[0-9]+)" x="([-0-9.]+)" y="([-0-9.]+)"/
        texts = svg.components(separatedBy: "<g style=\"fill:").dropFirst().compactMap { group in
            var box = Box()
            for match in group.prefix(upTo: group.range(of: "</g>")?.lowerBound ?? group.endIndex)
                .matches(of: uses)
            {
                guard let x = Double(match.output.2), let y = Double(match.output.3) else {
                    continue
                }
                for place in glyphs[match.output.1] ?? [] { box.add(x + place.0, y + place.1) }
            }
            return box.left <= box.right ? box : nil
        }
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
