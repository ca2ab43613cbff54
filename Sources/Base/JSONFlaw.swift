/// Why a text is not taken for JSON before it is decoded. Places are bytes from 0, lines count from 1.
package enum JSONFlaw: Error, Equatable, CustomStringConvertible {
    case notUTF8(byte: Int)
    /// Where a key stands twice in one object the file means two things: readers take the one or the
    /// other. All JSON that the program reads is refused then, as safetensors headers are.
    case doubledKey(path: String)
    case tooDeep
    case tooLong(bytes: Int)
    case tooManyValues
    case loneSurrogate(byte: Int)
    case unexpected(byte: Int, line: Int, found: String, expected: String)

    package var description: String {
        switch self {
        case .notUTF8(let byte): "byte \(byte) is not UTF-8"
        case .doubledKey(let path): "key '\(path)' stands twice; keep one of them"
        case .loneSurrogate(let byte):
            "the escape at byte \(byte) is one half of a surrogate pair without the other, which is"
                + " no character"
        case .tooDeep:
            "lists and objects are nested deeper than \(JSONParser.maximumDepth) levels"
        case .tooLong(let bytes):
            "it has \(bytes) bytes, more than the \(JSONParser.maximumBytes) that are read"
        case .tooManyValues:
            "it has more than \(JSONParser.maximumValues) values; divide it"
        case .unexpected(let byte, let line, let found, let expected):
            "byte \(byte)\(line > 1 ? " (line \(line))" : ""): found \(found), expected \(expected)"
        }
    }
}
