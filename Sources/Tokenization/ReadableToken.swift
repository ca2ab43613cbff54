/// A token as it can be read: spaces as `·`, line breaks as `↵`, tabs as `→`, and what has no width or turns
/// the direction of text as its number, `⟨U+200B⟩`.
package func readable(_ token: String) -> String {
    guard !token.isEmpty else { return "∅" }
    var text = ""
    for scalar in token.unicodeScalars {
        switch scalar {
        case " ": text += "·"
        case "\n": text += "↵"
        case "\t": text += "→"
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
                .unassigned, .spaceSeparator:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += "⟨U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)⟩"
            case .nonspacingMark, .enclosingMark:
                // On a circle where there is no letter before it that could bear it.
                text += (text.isEmpty ? "◌" : "") + String(scalar)
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
    return text
}
