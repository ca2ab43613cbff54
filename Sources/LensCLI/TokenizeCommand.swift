import Corpora
import ArgumentParser
import Base
import Foundation
import Tokenization

/// `lens tokenize`: text to token ids and back.
struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Turn text into token ids, or ids into text.",
        discussion: """
            Prints the ids of a text as one JSON list, those of a .jsonl file as one list a line. \
            The ids equal those of Hugging Face tokenizers. With the tokenizer of GPT-NeoX,

              lens tokenize --tokenizer tokenizer.json --text "Where is John?"

            prints [7161,310,2516,32], and --decode --text "[7161,310,2516,32]" the text.
            """)

    @Option(help: .init("Folder of a model; its tokenizer.json is used.", valueName: "dir"))
    var model: String?

    @Option(help: .init("A tokenizer.json.", valueName: "file"))
    var tokenizer: String?

    @Option(help: "The text itself; with --decode a JSON list of ids.")
    var text: String?

    @Option(help: "A UTF-8 text file; with --decode a file with one JSON list of ids.")
    var file: String?

    @Option(
        help: """
            A file with one JSON object a line, the text under "text"; with --decode one list of \
            ids a line, or an object with the list under "ids".
            """)
    var jsonl: String?

    @Flag(help: "From ids to text; a .jsonl file gives one object {\"text\": ...} a line.")
    var decode = false

    func validate() throws {
        guard [model, tokenizer].compactMap(\.self).count == 1 else {
            throw ValidationError(
                "Give the tokenizer by exactly one of --model DIR and --tokenizer FILE.")
        }
        guard [text, file, jsonl].compactMap(\.self).count == 1 else {
            throw ValidationError(
                "Give the input by exactly one of --text TEXT, --file FILE and --jsonl FILE.")
        }
    }

    func run() throws {
        let tokenizer = try loadTokenizer()
        var output = BufferedOutput()
        if let text {
            try write(try convert(Data(text.utf8), "--text", tokenizer), to: &output)
        } else if let file {
            try write(try convert(try readFile(file), file, tokenizer), to: &output)
        } else if let jsonl {
            try convertLines(of: jsonl, tokenizer, to: &output)
        }
        try output.flush()
    }

    private func loadTokenizer() throws -> Tokenizer {
        if let tokenizer { return try Tokenizer(path: tokenizer) }
        return try Tokenizer(path: join(model ?? "", "tokenizer.json"))
    }

    private enum Converted {
        case ids([TokenID])
        case text(String)
    }

    private func convert(
        _ input: Data, _ name: String, _ tokenizer: Tokenizer
    ) throws -> Converted {
        if decode {
            let ids = try decodeJSON(TokenIDList.self, from: input, path: name).ids
            return .text(tokenizer.decode(ids))
        }
        return .ids(try tokenizer.encode(contents: input, of: name))
    }

    private func convertLines(
        of path: String, _ tokenizer: Tokenizer, to output: inout BufferedOutput
    ) throws {
        if decode {
            try forEachRecord(IDsLine.self, of: path) { record, _ in
                let text = TextLine(text: tokenizer.decode(record.ids))
                try output.write(try encodeJSON(text, pretty: false))
                try output.write("\n".utf8)
            }
        } else {
            try forEachRecord(TextLine.self, of: path) { record, _ in
                try write(.ids(tokenizer.encode(record.text)), to: &output)
            }
        }
    }

    private func write(_ converted: Converted, to output: inout BufferedOutput) throws {
        switch converted {
        case .text(let text):
            try output.write(text.utf8)
        case .ids(let ids):
            try output.write("[".utf8)
            for (index, id) in ids.enumerated() {
                if index > 0 { try output.write(",".utf8) }
                try output.write(String(id).utf8)
            }
            try output.write("]".utf8)
        }
        try output.write("\n".utf8)
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

/// Standard output in large pieces.
private struct BufferedOutput {
    private static let size = 1 << 18
    private var buffer: [UInt8] = []

    mutating func write(_ bytes: some Sequence<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.size { try flush() }
    }

    mutating func flush() throws {
        try StandardStreams.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
