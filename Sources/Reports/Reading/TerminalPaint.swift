import Plotting

/// How text is coloured in a terminal.
package enum TerminalPaint: Sendable {
    /// Without any control character: for files, pipes and those who want none.
    case none
    /// The 256 colours of xterm.
    case palette
    case trueColor

    /// Text over a colour, in what is legible on it, with spaces around; the text underlined if it is marked.
    package func over(
        _ color: Color, before: String = "", _ text: String, after: String = "",
        isMarked: Bool = false
    ) -> String {
        guard self != .none else { return before + text + after }
        let shown = isMarked ? "\u{1B}[1;4m\(text)\u{1B}[22;24m" : text
        return
            "\u{1B}[\(code(color, 48));\(code(color.contrast, 38))m\(before)\(shown)\(after)\u{1B}[0m"
    }

    package func bold(_ text: String) -> String {
        self == .none ? text : "\u{1B}[1m\(text)\u{1B}[0m"
    }

    package func faint(_ text: String) -> String {
        self == .none ? text : "\u{1B}[2m\(text)\u{1B}[0m"
    }

    private func code(_ color: Color, _ ground: Int) -> String {
        guard self == .palette else {
            return "\(ground);2;\(color.red);\(color.green);\(color.blue)"
        }
        // A cube of 6 levels each way: 0, then 95 to 255 in steps of 40.
        func level(_ channel: UInt8) -> Int { channel < 48 ? 0 : max(1, (Int(channel) - 35) / 40) }
        return
            "\(ground);5;\(16 + 36 * level(color.red) + 6 * level(color.green) + level(color.blue))"
    }
}

/// How many columns of a terminal text takes: two for wide characters, none for combining ones.
package func terminalWidth(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
        if scalar.value < 0x300 { return sum + 1 }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return sum
        default: break
        }
        let isWide =
            properties.isEmojiPresentation || wideRanges.contains { $0.contains(scalar.value) }
        return sum + (isWide ? 2 : 1)
    }
}

/// The blocks whose characters are East Asian Wide or Fullwidth (Unicode Standard Annex 11).
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x1B000...0x1B2FB, 0x1F200...0x1F265, 0x20000...0x3FFFD,
]

/// Text in exactly so many columns: cut with an ellipsis, or filled with spaces.
package func fitted(_ text: String, to width: Int, alignedRight: Bool = false) -> String {
    var (cut, taken) = (text, terminalWidth(text))
    if taken > width {
        cut = ""
        taken = min(1, width)
        for character in text {
            let more = terminalWidth(String(character))
            guard taken + more <= width else { break }
            cut.append(character)
            taken += more
        }
        if width > 0 { cut += "…" }
    }
    let filling = String(repeating: " ", count: max(0, width - taken))
    return alignedRight ? filling + cut : cut + filling
}
