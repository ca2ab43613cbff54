import ArgumentParser
import Base
import CommandSupport
import Corpora
import Results
import Tokenization

/// `lens data text`: simple prose to train small models and lenses on.
struct DataTextCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "text",
        abstract: "Make simple English prose about people, places and things.",
        discussion: """
            Each document is a world of its own, in which people move, take, drop and give things; \
            what the text says about it is true. It is written until it has the size asked for, \
            the last document whole. The same seed gives the same bytes; FILE.run.json says how \
            they were made.

              lens data text --bytes 10000000 --seed 1 --out train.jsonl
              lens data text --tokens 2000000 --tokenizer tokenizer.json --out train.txt
              lens data text --bytes 1000000 --tasks all --out lens.jsonl
            """)

    @Option(help: ArgumentHelp("Bytes of text to write.", valueName: "n"))
    var bytes: Int?

    @Option(
        help: ArgumentHelp(
            "Tokens of text to write, one for the end of each document counted.", valueName: "n"))
    var tokens: Int?

    @Option(
        help: ArgumentHelp("A tokenizer.json; --tokens needs it.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var tokenizer: String?

    @Option(
        help: ArgumentHelp(
            """
            After each document also write the questions of a story of one of these bAbI tasks, \
            in turn, as prompts with their answers.
            """, valueName: "1-3,5|all"))
    var tasks: String?

    @Option(help: ArgumentHelp("Seed of the text.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The file to write: .jsonl has one {\"text\": ...} a line, .txt the bare text.",
            valueName: "file"), completion: .file(extensions: ["jsonl", "txt"]))
    var out: String

    var resultPath: String? { out }

    func validate() throws {
        guard [bytes, tokens].compactMap(\.self).count == 1 else {
            throw ValidationError("Give the size by exactly one of --bytes N and --tokens N.")
        }
        try requireNumber(bytes, "--bytes", 1...1 << 44)
        try requireNumber(tokens, "--tokens", 1...1 << 44)
        guard (tokens == nil) == (tokenizer == nil) else {
            throw ValidationError("--tokens and --tokenizer go together.")
        }
    }

    func perform() throws -> String {
        let limit = bytes ?? tokens ?? 0
        let tasks = try tasks.map { try BabilongTasks.parse($0).map(BabiTask.init(name:)) } ?? []
        let tokenizer = try tokenizer.map { try Tokenizer(path: $0) }
        let output = try MadeFile(
            out, of: "lens data text", by: commandLine, version: version, bytes: bytes ?? 0)
        let display = ProgressDisplay(
            "writing", unit: tokenizer == nil ? "MB" : "tokens", total: limit)
        let (written, made) = try output.replace { willReplace in
            try writeDocuments(
                ProseWithPrompts(tasks: tasks, seed: seed), limit: limit, to: out,
                measure: { text in
                    tokenizer.map { 1 + $0.encode(text).count } ?? text.utf8.count
                },
                progress: { display.update($0) }, willReplace: willReplace)
        }
        display.finish()
        let record = MadeRecord(
            command: commandLine, version: version, seed: seed,
            files: [made])
        try output.write(record)
        let unit = tokenizer == nil ? "byte" : "token"
        return
            "\(counted(written.documents, "document")), \(counted(written.size, unit)), written to \(out)"
    }
}
