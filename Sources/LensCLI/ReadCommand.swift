import ArgumentParser
import Base
import Checkpoints
import CommandOptions
import CommandSupport
import Foundation
import Interpretability
import Kernels
import Lenses
import Models
import Reports
import Results
import Tokenization

/// `lens read`: what every block predicts at every position of a text.
struct ReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Show what every block predicts at every position of a text.",
        discussion: """
            A grid of blocks and positions: each cell has the token that would come next if the \
            model ended there, shaded by how probable it is; where it is the target, which is the token \
            that does come next unless --target names one, it is underlined (* without colours).

            The most probable tokens after each block, at the last position:
              lens read "The capital of France is" --model mamba2-370m --position -1
            Follow one token, through a tuned lens:
              lens read "The capital of France is" --model mamba2-370m \\
                --lens lenses/mamba2-370m --target " Paris" --value target
            Compare two models, on a page for the browser:
              lens read --file story.txt --model mamba2 --model diffmamba2 --out page.html
            The numbers, for pandas and NumPy:
              lens read --file story.txt --model mamba2 --out data.csv
              lens read --file story.txt --model mamba2 --out data.npz

            The end of --out's name says what is written; several may be given. .html: a page that \
            needs no network. .png, .pdf, .svg: the grid as a figure. .csv: a line a block and \
            position. .npz: arrays [rows, positions], and top_ids, top_probabilities [rows, \
            positions, k]. .json: the same as lists.
            """)

    @OptionGroup var text: TextOptions
    @OptionGroup var models: ReadModelOptions

    @Option(help: ArgumentHelp("What shades or numbers show.", valueName: "quantity"))
    var value = ReadingValue.probability

    @Option(
        help: """
            The token to follow at every position, such as " kitchen"; of several tokens the \
            first. (default: the one that comes next)
            """)
    var target: String?

    @Option(
        help: ArgumentHelp(
            "More tokens whose probability and rank go to the page and the JSON.",
            valueName: "token"))
    var follow: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Positions to show, as 0,4,8: or -8:. (default: all)", valueName: "ranges"))
    var positions: IndexRanges?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Blocks completed to show, as 1,4,8:; 0 is the embedding. (default: all)",
            valueName: "ranges"))
    var blocks: IndexRanges?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Show the most probable tokens at this position instead of the grid; -1 is the last.",
            valueName: "index"))
    var position: Int?

    @Option(help: ArgumentHelp("How many of the most probable tokens to name.", valueName: "n"))
    var top = 10

    @Flag(
        help: """
            Tell what each block writes, by the tokens that it promotes and suppresses; of a \
            differential block both mixers and their sum.
            """)
    var branches = false

    @Flag(help: "Shade on a logarithmic scale.")
    var log = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to FILE.html, .png, .pdf, .svg, .csv, .npz or .json; - prints JSON.",
            valueName: "file"), completion: .file())
    var out: [String] = []

    @Flag(help: "Print JSON, and nothing else, to standard output.")
    var json = false

    @OptionGroup(title: .figure) var figure: FigureOptions

    /// Where it is written.
    private var outputs: [String] { out + (json ? ["-"] : []) }

    func validate() throws {
        try requireNumber(top, "--top", 1...1000)
        try checkDistinct(outputs.map { ("--out", $0) })
        try require(
            outputs.count(where: isStandardOutput) < 2,
            "Standard output takes one result: give --json or one --out - alone.")
        if log, [.logProbability, .difference].contains(value) {
            throw ValidationError(
                "--value \(value.rawValue) is hardly ever above 0, so --log cannot show it;"
                    + " drop --log")
        }
        try models.check()
        for path in outputs { _ = try ReadingFile.Format(path) }
    }

    func run() throws {
        let files = try outputs.map { try ReadingFile($0, command: commandLine) }
        let texts = try text.read()
        let readings = try models.readings(of: texts) { model, lens, tokenizer, text, name in
            let ids = try tokenizer.encode(contents: text.contents, of: text.name)
            let reader = TextReader(model, through: lens, tokenizer: tokenizer)
            let request = try request(
                for: reader, ids, tokenizer, tokens: model.configuration.vocabSize)
            let display = ProgressDisplay("reading", unit: "tokens", total: ids.count)
            defer { display.finish() }
            // Nobody sees the record of what goes to no file, and to hash a model takes time.
            if !outputs.isEmpty { alongside { _ = try? model.checkpoint.sha256() } }
            var reading = try reader.read(ids, request, name: name) {
                display.update(Int($0 * Double(ids.count)))
            }
            if !outputs.isEmpty { reading.run = try record(model, lens, text) }
            return reading
        }
        let scale = ReadingScale(
            value.quantity,
            readings.flatMap { ($0.rows + [$0.output]).flatMap { $0[value.quantity] } },
            kind: log ? .log10 : nil)
        for file in files { try file.write(readings, scale, figure) }
        if files.isEmpty || position != nil, !outputs.contains(where: isStandardOutput) {
            // Painted; what comes from files or arguments is shown without control characters.
            try StandardStreams.write(Array("\(terminal(readings, scale))\n".utf8))
        }
        for path in outputs where !isStandardOutput(path) {
            try report(
                "reading written to \(path)", besides: outputs.first(where: isStandardOutput))
        }
    }

    private func record(
        _ model: LanguageModel, _ lens: NamedLens, _ text: GivenText
    ) throws -> RunRecord {
        try RunOrigin(
            command: commandLine, version: version, data: text.path.map { [$0] } ?? []
        ).record(model, lens, dataSHA256: SHA256.hex(of: text.contents))
    }

    private func request(
        for reader: TextReader, _ ids: [TokenID], _ tokenizer: Tokenizer, tokens: Int
    ) throws -> ReadingRequest {
        let all = 0...ids.count - 1
        var request = ReadingRequest()
        request.positions = try positions?.indices(
            in: all, option: "--positions", unit: "positions")
        if let position {
            let column = position < 0 ? ids.count + position : position
            guard all.contains(column) else {
                throw ValidationError(
                    "--position \(position): the text has \(counted(ids.count, "token")), expected"
                        + " \(-ids.count) to \(ids.count - 1).")
            }
            if let chosen = request.positions, !chosen.contains(column) {
                throw ValidationError(
                    "--position \(position) is not among --positions; leave one of them out.")
            }
            // Nobody sees the others.
            if outputs.isEmpty { request.positions = [column] }
        }
        request.blocks = try blocks?.indices(
            in: reader.readableBlocks, option: "--blocks", unit: "blocks completed")
        request.target = try target.map { try token($0, of: "--target", tokenizer, below: tokens) }
        request.followed = try follow.map {
            try token($0, of: "--follow", tokenizer, below: tokens)
        }
        request.top = top
        request.hasBranches = branches
        if try outputs.contains(where: { try ReadingFile.Format($0).isPage }) {
            request.followedCells =
                ReadingFile.followedCells
                / models.readingCount(of: text.texts.count + text.file.count)
        }
        return request
    }

    /// The first token of a text, with a warning where there are more.
    private func token(
        _ text: String, of option: String, _ tokenizer: Tokenizer, below count: Int
    ) throws -> TokenID {
        let ids = tokenizer.encode(text)
        guard let first = ids.first else {
            throw ValidationError("\(option) is empty, expected a token such as ' kitchen'.")
        }
        guard first < count else {
            throw ValidationError(
                "\(option) '\(text)' is token \(first), but the model has \(count); is this its tokenizer?"
            )
        }
        if ids.count > 1 {
            let hint =
                tokenizer.encode(" " + text).count == 1
                ? "; with a space before it, it would be one" : ""
            StandardStreams.warnOnce(
                "lens: \(option) '\(text)' has \(ids.count) tokens, of which the first is taken,"
                    + " '\(readable(tokenizer.decode([first])))'\(hint)")
        }
        return first
    }

    private func terminal(_ readings: [ReadingResult], _ scale: ReadingScale) -> String {
        let terminal = Terminal.standardOutput
        let paint: TerminalPaint =
            switch terminal.colors {
            case .none: .none
            case .palette: .palette
            case .trueColor: .trueColor
            }
        var parts = readings.map { reading in
            let last = reading.positions.count - 1
            let column =
                position.flatMap {
                    reading.positions.firstIndex(of: $0 < 0 ? reading.length + $0 : $0)
                } ?? last
            let view =
                position == nil
                ? ReadingGrid(
                    reading, scale: scale, paint: paint, width: terminal.width,
                    wraps: positions != nil
                ).text
                : ReadingColumn(reading, column: column, paint: paint, width: terminal.width).text
            return branches
                ? view + "\n\n" + reading.branchTable(column: column, width: terminal.width) : view
        }
        if readings.count > 1 { parts.append(readings.means(of: value.quantity)) }
        return parts.joined(separator: "\n\n")
    }
}
