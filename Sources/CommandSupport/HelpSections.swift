/// What a group of options is called in a long help.
extension String {
    package static var recipe: String { "Recipe" }
    package static var measuring: String { "Measuring" }
    package static var figure: String { "Figure" }
    /// Needed seldom: the last group.
    package static var expert: String { "Expert" }
}

/// A help text with the options that everyone needs before those in groups, which the parser puts first.
package func usualFirst(_ help: String) -> String {
    func rank(_ section: [Substring]) -> Int {
        switch section.first {
        case "ARGUMENTS:": 0
        case "OPTIONS:": 1
        case .some(String.expert.uppercased() + ":"): 3
        default: 2
        }
    }
    let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
    let starts = lines.indices.filter { lines[$0].wholeMatch(of: /[A-Z][A-Z ]*:/) != nil }
    guard let first = starts.first else { return help }
    let ends = starts.dropFirst() + [lines.endIndex]
    let sections = zip(starts, ends).map { start, end in
        lines[start..<end].reversed().drop(while: \.isEmpty).reversed() as [Substring]
    }
    let ordered = sections.enumerated()
        .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
        .map { $0.element.joined(separator: "\n") }
    let tail = help.reversed().prefix { $0 == "\n" }
    return lines[..<first].joined(separator: "\n") + "\n" + ordered.joined(separator: "\n\n") + tail
}
