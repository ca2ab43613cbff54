/// Lays text into a given width, measured on a canvas.
struct TextFitting {
    let canvas: Canvas

    /// The text, or as much of its start as fits followed by an ellipsis.
    func truncated(_ text: String, _ font: Font, to width: Double) -> String {
        guard canvas.width(of: text, font) > width else { return text }
        let characters = Array(text)
        var (low, high) = (0, characters.count)
        while low < high {
            let middle = (low + high + 1) / 2
            if canvas.width(of: String(characters[..<middle]) + "…", font) <= width {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return String(characters[..<low]) + "…"
    }

    /// Lines broken at spaces, of nearly equal widths; what the last allowed line cannot hold ends
    /// in an ellipsis.
    func wrapped(_ text: String, _ font: Font, to width: Double, maximumLines: Int) -> [String] {
        let words = text.split(separator: " ")
        var lines = broken(words, font, to: width, maximumLines: maximumLines)
        guard lines.count > 1 else { return lines.map { truncated($0, font, to: width) } }
        // The narrowest column that takes no more lines and clips no word.
        for share in stride(from: 0.95, to: 0.3, by: -0.05) {
            let narrower = broken(words, font, to: width * share, maximumLines: maximumLines + 1)
            let isWorse = narrower.contains { canvas.width(of: $0, font) > width * share }
            if isWorse || narrower.count > lines.count { break }
            lines = narrower
        }
        return lines.map { truncated($0, font, to: width) }
    }

    private func broken(
        _ words: [Substring], _ font: Font, to width: Double, maximumLines: Int
    ) -> [String] {
        var lines: [String] = []
        for word in words {
            if let last = lines.last,
                lines.count == maximumLines
                    || canvas.width(of: "\(last) \(word)", font) <= width
            {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

/// Text without characters that have no shape: line breaks and tabs become spaces, other control
/// characters go, and what cairo and XML take for no characters at all.
func printable(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.compactMap { scalar in
                switch scalar {
                case "\n", "\r", "\t": " "
                case "\u{FFFE}", "\u{FFFF}": nil
                case _ where scalar.properties.generalCategory == .control: nil
                default: scalar
                }
            }))
}
