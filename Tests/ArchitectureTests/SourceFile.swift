import Base
import Foundation

/// A file below `Sources` as the rules see it: its target, its imports and its code.
struct SourceFile {
    let target: String
    /// Below `Sources`.
    let path: String
    let lineCount: Int
    let imports: [String]
    /// The text without what stands in comments.
    let code: String
    /// Every name and keyword in the code.
    let words: Set<String>
    /// Names that other targets may see: those declared `package` or `public`, cases, and, in files with
    /// protocols, all that are declared.
    let declaredNames: Set<String>

    init(path: String, text: String) {
        self.path = path
        target = String(path.split(separator: "/").first ?? "")
        lineCount = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
        code = Self.withoutComments(text)
        words = Set(code.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        declaredNames = Self.declaredNames(code)
        // Compiled once a file: the pattern is dearer than the lines.
        let importLine = Self.importLine
        imports = code.split(separator: "\n").compactMap { line in
            line.prefixMatch(of: importLine).map { String($0.name) }
        }
    }

    private static var importLine: Regex<(Substring, name: Substring)> {
        /\ *(?:@\w+(?:\([^)]*\))?\ +)*(?:(?:public|package|internal|fileprivate|private)\ +)?import\ +(?:(?:struct|class|enum|protocol|func|var|let|typealias)\ +)?(?<name>\w+)/
    }

    private static func declaredNames(_ code: String) -> Set<String> {
        let keywords: Set = [
            "func", "var", "let", "struct", "class", "enum", "actor", "protocol", "typealias",
        ]
        let enumCase = /\ +(?:indirect )?case (?<name>[a-z]\w*)(?:\(|,|\ =|$)/
        let hasProtocols = code.contains("package protocol") || code.contains("public protocol")
        return code.split(separator: "\n").reduce(into: []) { names, line in
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            if let first = line.prefixMatch(of: enumCase)?.name {
                // Of a case in a switch a pattern follows, which is no name.
                names.insert(String(first))
                if !line.contains("(") { names.formUnion(words.map(String.init)) }
            }
            guard hasProtocols || words.contains("package") || words.contains("public") else {
                return
            }
            for (keyword, name) in zip(words, words.dropFirst())
            where keywords.contains(String(keyword)) {
                names.insert(String(name))
            }
        }
    }

    private static func withoutComments(_ text: String) -> String {
        enum Place { case code, string, lineComment, blockComment }
        var kept: [UInt8] = []
        var place = Place.code
        var previous: UInt8 = 0
        for byte in text.utf8 {
            let pair = (Character(UnicodeScalar(previous)), Character(UnicodeScalar(byte)))
            previous = byte
            switch (place, pair.0, pair.1) {
            case (_, _, "\n"):
                // A string that spans lines counts as code from its second line on.
                if place != .blockComment { place = .code }
                kept.append(byte)
            case (.code, "/", "/"), (.code, "/", "*"):
                kept.removeLast()
                place = pair.1 == "/" ? .lineComment : .blockComment
                previous = 0
            case (.blockComment, "*", "/"):
                place = .code
                previous = 0
            case (.lineComment, _, _), (.blockComment, _, _): break
            case (.code, _, "\""):
                place = .string
                kept.append(byte)
            case (.string, let before, "\"") where before != "\\":
                place = .code
                kept.append(byte)
            default: kept.append(byte)
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// All Swift files below `folder`, sorted by path.
    static func all(below folder: String) throws -> [SourceFile] {
        try (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(".swift") }
            .sorted()
            .map { name in
                let text = String(decoding: try readFile(join(folder, name)), as: UTF8.self)
                return SourceFile(path: name, text: text)
            }
    }
}
