import ArgumentParser
import Base
import Corpora
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
        let lists = TokenLists(
            try Tokenizer(path: tokenizer ?? join(model ?? "", "tokenizer.json")))
        var output = BufferedOutput()
        if let jsonl {
            try decode
                ? lists.decodeLines(of: jsonl, to: &output)
                : lists.encodeLines(of: jsonl, to: &output)
        } else {
            let name = file ?? "--text"
            let input = try file.map { try readFile($0) } ?? Data((text ?? "").utf8)
            try decode
                ? lists.decode(input, of: name, to: &output)
                : lists.encode(input, of: name, to: &output)
        }
        try output.flush()
    }
}
