import Base
import Foundation
import Tokenization

/// Texts as JSON lists of token ids, one a line, and such lists as texts.
package struct TokenLists {
    private let tokenizer: Tokenizer
    private let areStrings: Bool

    /// - Parameter asStrings: whether to write tokens as they can be read in place of their ids.
    package init(_ tokenizer: Tokenizer, asStrings: Bool = false) {
        self.tokenizer = tokenizer
        areStrings = asStrings
    }

    /// The ids of a text in UTF-8.
    ///
    /// - Parameter name: where the text is from, for messages.
    package func encode(_ text: Data, of name: String, to output: inout BufferedOutput) throws {
        try write(tokenizer.encode(contents: text, of: name), to: &output)
    }

    /// The text of a list of ids.
    ///
    /// - Parameter name: where the list is from, for messages.
    package func decode(_ list: Data, of name: String, to output: inout BufferedOutput) throws {
        let ids = try decodeJSON(TokenIDList.self, from: list, path: name).ids
        try output.write("\(tokenizer.decode(ids))\n".utf8)
    }

    /// Of every line of a file, `{"text": …}`, the ids.
    package func encodeLines(of path: String, to output: inout BufferedOutput) throws {
        try forEachRecord(TextLine.self, of: path) { record, _ in
            try write(tokenizer.encode(record.text), to: &output)
        }
    }

    /// Of every line of a file, a list of ids or `{"ids": …}`, an object `{"text": …}`.
    package func decodeLines(of path: String, to output: inout BufferedOutput) throws {
        try forEachRecord(IDsLine.self, of: path) { record, _ in
            let text = TextLine(text: tokenizer.decode(record.ids))
            try output.write(try encodeJSON(text, pretty: false))
            try output.write("\n".utf8)
        }
    }

    private func write(_ ids: [TokenID], to output: inout BufferedOutput) throws {
        if areStrings {
            let strings = ids.map { readable(tokenizer.decode([$0])) }
            try output.write(try encodeJSON(strings, pretty: false))
            return try output.write("\n".utf8)
        }
        try output.write("[".utf8)
        for (index, id) in ids.enumerated() {
            if index > 0 { try output.write(",".utf8) }
            try output.write(String(id).utf8)
        }
        try output.write("]\n".utf8)
    }
}

private struct TextLine: Codable {
    let text: String
}

/// A list of ids, bare or in an object.
private struct IDsLine: Decodable {
    let ids: [TokenID]

    enum CodingKeys: CodingKey { case ids }

    init(from decoder: any Decoder) throws {
        guard let values = try? decoder.container(keyedBy: CodingKeys.self) else {
            ids = try TokenIDList(from: decoder).ids
            return
        }
        ids = try values.decode(TokenIDList.self, forKey: .ids).ids
    }
}
