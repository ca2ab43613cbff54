import ArgumentParser
import Base
import CommandOptions
import CommandSupport
import Corpora
import Foundation
import Results
import Tokenization

/// `lens data tokenizer`: a vocabulary of one's own.
struct DataTokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Learn a tokenizer from text: byte-level BPE, as tokenizer.json.",
        discussion: """
            Cuts the text into words and joins, again and again, the two neighbouring tokens that \
            occur most often, until the vocabulary has the size asked for: <|endoftext|> with id \
            0, the 256 bytes, then what was joined. No text is outside such a vocabulary. The file \
            is, byte for byte, what Hugging Face's BpeTrainer learns from the same documents with \
            the NFC normalizer and the ByteLevel pre-tokenizer; FILE.run.json says how it was \
            made.

            --data takes text files and BABILong or bAbI folders, several of both. Of a folder \
            the prompts are taken with their answers, as `lens lm train --tasks` learns them.

              lens data text --bytes 10000000 --out prose.txt
              lens data babi --split train --format babilong --out stories
              lens data tokenizer --data prose.txt stories --vocabulary 1024 \\
                --out tokenizer.json
              lens tokenize "Where is John?" --tokenizer tokenizer.json
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            """
            Text files (.txt, .jsonl, .txt.zst, .jsonl.zst), BABILong folders (qa1/0k.json) and \
            bAbI folders.
            """, valueName: "path"), completion: .file())
    var data: [String]

    @OptionGroup var documents: DocumentOptions

    @Option(
        help: ArgumentHelp(
            "In folders: comma-separated tasks and ranges, or all.", valueName: "1-3,5|all"))
    var tasks = "all"

    @Option(help: "In folders: context length, as BABILong spells it.")
    var length = "0k"

    @Option(
        help: ArgumentHelp(
            "Tokens in the vocabulary, at least 257; fewer if the text does not offer them.",
            valueName: "n"))
    var vocabulary: Int

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The tokenizer.json to write.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var out: String

    func validate() throws {
        guard !data.isEmpty else { throw ValidationError("--data names no file or folder.") }
        let sizes = BPETrainer.smallestVocabulary...1 << 24
        guard sizes.contains(vocabulary) else {
            throw ValidationError(
                """
                --vocabulary is \(vocabulary), expected \(sizes.lowerBound) (<|endoftext|> and \
                the 256 bytes) to \(sizes.upperBound).
                """)
        }
    }

    func run() throws {
        let output = try MadeFile(
            out, of: "lens data tokenizer", by: commandLine, version: version)
        let text = try readText()
        let display = ProgressDisplay("merging", unit: "tokens", total: vocabulary)
        var trainer = BPETrainer(try text.counts)
        let tokenizer = trainer.train(vocabularyCount: vocabulary) { display.update($0) }
        display.finish()
        let made = try output.replace(with: Data(tokenizer.json.utf8))
        var record = MadeRecord(command: commandLine, version: version, files: [made])
        record.data = data
        record.dataSHA256 = text.sha256()
        record.vocabulary = tokenizer.tokens.count
        record.merges = tokenizer.merges.count
        try output.write(record)

        let (tokens, merges) = (tokenizer.tokens.count, tokenizer.merges.count)
        if tokens < vocabulary {
            try report(
                """
                the text offers \(counted(merges, "merge")), then every word is one token: the vocabulary \
                has \(counted(tokens, "token")), not \(vocabulary)
                """, besides: out)
        }
        try report(
            """
            \(counted(tokens, "token")), \(counted(merges, "merge")) from \(counted(text.documents, "document"))
            tokenizer written to \(out)
            """, besides: out)
    }

    /// The words of the files, then of the folders.
    private func readText() throws -> TrainingWords {
        for path in data where !fileExists(path) { throw FileError.missing(path: path) }
        let tasks = try BabilongTasks.parse(tasks)
        let reader = try documents.reader(
            of: data.filter { !isFolder($0) }, cuts: PretokenCounts.cuts)
        let display = ProgressDisplay("reading text", unit: "MB", total: reader.fileBytes)
        var text = TrainingWords(of: data)
        try text.add(reader) { display.update($0) }
        display.finish()
        for folder in data where isFolder(folder) {
            try text.add(loadBabilong(data: folder, length: length, tasks: tasks))
        }
        return text
    }
}
