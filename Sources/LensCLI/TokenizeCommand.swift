import ArgumentParser
import Base
import Checkpoints
import CommandOptions
import CommandSupport
import Corpora
import Results
import Tokenization

/// `lens tokenize`: text to token ids and back.
struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Turn text into token ids, or ids into text.",
        discussion: """
            Prints the ids of a text as one JSON list, those of a .jsonl file as one list a line. \
            The ids equal those of Hugging Face tokenizers. With the tokenizer of GPT-NeoX,

              lens tokenize "Where is John?" --tokenizer tokenizer.json

            prints [7161,310,2516,32], with --strings ["Where","·is","·John","?"], and --decode \
            "[7161,310,2516,32]" the text.
            """)

    @OptionGroup var text: OneTextOptions

    @Option(
        help: ArgumentHelp(
            """
            A file with one JSON object a line, the text under "text"; with --decode one list of \
            ids a line, or an object with the list under "ids".
            """, valueName: "file"), completion: .file(extensions: ["jsonl"]))
    var jsonl: String?

    @Option(
        help: ArgumentHelp("Folder of a model; its tokenizer.json is used.", valueName: "dir"),
        completion: .model)
    var model: String?

    @Option(
        help: ArgumentHelp("A tokenizer.json.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var tokenizer: String?

    @Flag(
        help: """
            From ids to text, which is then a JSON list of ids; a .jsonl file gives one object \
            {"text": ...} a line.
            """)
    var decode = false

    @Flag(help: "Print the tokens as they can be read, with spaces as · and line breaks as ↵.")
    var strings = false

    @Flag(help: "Print a JSON object with the ids and the texts of the tokens.")
    var json = false

    func validate() throws {
        guard [model, tokenizer].compactMap(\.self).count == 1 else {
            throw ValidationError(
                "Give the tokenizer by exactly one of --model DIR and --tokenizer FILE.")
        }
        guard text.isGiven != (jsonl != nil) else {
            throw ValidationError(
                "Give the input by exactly one of TEXT, --file FILE and --jsonl FILE.")
        }
        guard [decode, strings, json].count(where: \.self) <= 1 else {
            throw ValidationError(
                "--decode, --strings and --json want different things; give one of them.")
        }
        try require(!json || jsonl == nil, "--json takes one text, not those of a --jsonl file.")
    }

    func run() throws {
        let path = try tokenizer ?? join(resolveModelFolder(model ?? ""), "tokenizer.json")
        let tokenizer = try Tokenizer(path: path)
        let lists = TokenLists(tokenizer, asStrings: strings)
        var output = BufferedOutput()
        if let jsonl {
            try decode
                ? lists.decodeLines(of: jsonl, to: &output)
                : lists.encodeLines(of: jsonl, to: &output)
        } else if let text = try text.read() {
            if json {
                let ids = try tokenizer.encode(contents: text.contents, of: text.name)
                let result = TokensResult(
                    ids: ids.map(Int.init), tokens: ids.map { tokenizer.decode([$0]) })
                try output.write(result.json(pretty: false) + "\n".utf8)
            } else if decode {
                try lists.decode(text.contents, of: text.name, to: &output)
            } else {
                try lists.encode(text.contents, of: text.name, to: &output)
            }
        }
        try output.flush()
    }
}
