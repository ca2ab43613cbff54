import ArgumentParser
import CommandSupport
import Corpora
import Tokenization

/// What the documents of a text file are.
package struct DocumentOptions: ParsableArguments {
    package init() {}

    @Option(help: "Where a .jsonl record keeps its text.")
    package var textKey = "text"

    @Flag(help: "Take every line of a .txt file as a document, as upstream does.")
    package var lines = false

    /// - Parameter cuts: where the texts may come in parts.
    package func reader(of paths: [String], cuts: TextCuts) throws -> DocumentReader {
        try DocumentReader(paths: paths, key: textKey, lines: lines, cut: cuts.last)
    }
}

/// Which text, and how it is cut.
package struct CorpusOptions: ParsableArguments {
    package init() {}

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text files: .txt, .jsonl, .txt.zst, .jsonl.zst; read in this order.",
            valueName: "file"), completion: .file(extensions: ["txt", "jsonl", "zst"]))
    package var data: [String]

    @OptionGroup(title: .expert) package var documents: DocumentOptions

    @Option(help: ArgumentHelp("Tokens in a window.", valueName: "n"))
    package var window = 2048

    package func validate() throws {
        try requireNumber(window, "--window", 2...Bounds.tokens, " tokens")
        guard !data.isEmpty else { throw ValidationError("--data names no file.") }
    }

    /// The first `limit` windows of the text, all of them if nil.
    ///
    /// - Parameter paths: files to read as those of --data are; nil for those.
    package func readWindows(
        _ tokenizer: Tokenizer, limit: Int?, from paths: [String]? = nil
    ) throws -> TokenWindows {
        let endOfText = try tokenizer.requiredEndOfText
        let documents = try documents.reader(of: paths ?? data, cuts: tokenizer.cuts)
        let display = ProgressDisplay("reading text", unit: "MB", total: documents.fileBytes)
        defer { display.finish() }
        return try tokenWindows(
            from: documents, encode: tokenizer.encode, endOfText: endOfText, window: window,
            limit: limit
        ) { display.update($0.fileBytesRead) }
    }
}
