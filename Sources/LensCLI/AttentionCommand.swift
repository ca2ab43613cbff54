import ArgumentParser
import Base
import Checkpoints
import CommandOptions
import CommandSupport
import Foundation
import Interpretability
import Models
import Plotting
import Reports
import Tensors
import Tokenization

/// `lens attention`: what positions read of each other through the state of an SSM.
struct AttentionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attention",
        abstract: "Show what a position reads of the others through the state of a block.",
        discussion: """
            The hidden attention M of every head, with which the output of the SSM is M x + D x: \
            M[t, j] = exp(A sum of dt after j up to t) (C_t . B_j) dt_j; of Mamba-1 of every \
            channel. A differential block has two mixers.

            What the last position reads, in every head of block 3:
              lens attention "The capital of France is" --model mamba2-370m --blocks 3
            All positions of one head as a picture:
              lens attention --file story.txt --model mamba2-370m --blocks 3 --heads 5 \\
                --positions : --log --out head.pdf
            The numbers of all blocks, as blocks.3.mixer.hook_attention, each [heads, \
            positions, text]:
              lens attention --file story.txt --model mamba2-370m \\
                --out attention.safetensors
            """)

    @OptionGroup var text: OneTextOptions
    @OptionGroup var modelOptions: ModelOptions

    @Option(
        name: [.customLong("blocks"), .customLong("block")], parsing: .unconditional,
        help: ArgumentHelp(
            "Blocks, from 0 as in blocks.0, as 1,4,8: or -1. (default: all)",
            valueName: "ranges"))
    var blocks: IndexRanges?

    @Option(
        name: [.customLong("heads"), .customLong("head")], parsing: .unconditional,
        help: ArgumentHelp("Heads, from 0. (default: all)", valueName: "ranges"))
    var heads: IndexRanges?

    @Option(
        name: [.customLong("positions"), .customLong("at")], parsing: .unconditional,
        help: ArgumentHelp(
            "Reading positions, as 4,9 or -8:. (default: the last)", valueName: "ranges"))
    var positions: IndexRanges?

    @Flag(help: "In a figure, |M| on a logarithmic scale.")
    var log = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write FILE.safetensors, or the heat map FILE.png, .pdf or .svg.", valueName: "file"),
        completion: .file(extensions: ["safetensors", "png", "pdf", "svg"]))
    var out: String?

    @OptionGroup(title: .figure) var figure: FigureOptions

    private var isTensorFile: Bool { out?.hasSuffix(".safetensors") ?? false }

    func validate() throws {
        guard let out, !isTensorFile else { return }
        guard FigureFormat(rawValue: (out as NSString).pathExtension.lowercased()) != nil else {
            throw ValidationError(
                "--out \(out) names no format; end it in .safetensors, .png, .pdf or .svg")
        }
    }

    func run() throws {
        let output = try claimOutput()
        guard let text = try text.read(), !text.contents.isEmpty else {
            throw ValidationError("Give a text, - for one on standard input, or --file FILE.")
        }
        let model = try modelOptions.loadModel()
        let tokenizer = try modelOptions.loadTokenizer(for: model)
        let ids = try tokenizer.encode(contents: text.contents, of: text.name)
        let targets =
            try positions?.indices(in: 0...ids.count - 1, option: "--positions", unit: "positions")
            ?? [ids.count - 1]
        let all = 0...model.configuration.nLayers - 1
        let blocks =
            try self.blocks?.indices(in: all, option: "--blocks", unit: "blocks") ?? Array(all)
        let reader = AttentionReader(model)
        let counts = reader.headCounts(of: blocks)
        let heads = try self.heads?.indices(
            in: 0...(counts.min() ?? 1) - 1, option: "--heads", unit: "heads")
        try checkMemory(
            heads.map { $0.count * counts.count } ?? counts.reduce(0, +), targets.count, ids.count)
        let maps =
            targets.count == 1
            ? counts.count : heads.map { $0.count * counts.count } ?? counts.reduce(0, +)
        try require(
            out == nil || isTensorFile || maps <= AttentionFigure.mostParts,
            "\(counted(maps, "heat map")) are too many for one picture, expected up to"
                + " \(AttentionFigure.mostParts); choose fewer by --blocks or --heads, or write"
                + " FILE.safetensors.")
        let read = try read(ids, by: reader, blocks: blocks, heads: heads, targets: targets)
        let tokens = ids.map { tokenizer.decode([$0]) }
        guard let output else { return try show(read, tokens, targets) }
        try write(read, tokens, targets, model, to: output)
        try report("attention written to \(output.path)", besides: output.path)
    }

    /// Refuses before the work what it would have no room for.
    private func checkMemory(_ heads: Int, _ targets: Int, _ length: Int) throws {
        let bytes = 4.0 * Double(heads) * Double(targets) * Double(length)
        try require(
            bytes < Double(ProcessInfo.processInfo.physicalMemory) / 4,
            "\(counted(heads, "head")) at \(counted(targets, "position")) of"
                + " \(counted(length, "token")) are \(Int(bytes / 1e9)) GB of numbers; choose fewer by"
                + " --blocks, --heads or --positions.")
    }

    private func read(
        _ ids: [TokenID], by reader: AttentionReader, blocks: [Int], heads: [Int]?, targets: [Int]
    ) throws -> [HiddenAttention] {
        let display = ProgressDisplay("reading", unit: "tokens", total: ids.count)
        defer { display.finish() }
        var read: [HiddenAttention] = []
        try reader.read(
            ids, blocks: blocks, heads: heads, targets: targets,
            progress: { display.update(Int($0 * Double(ids.count))) }
        ) { read.append($0) }
        return read
    }

    private func claimOutput() throws -> OutputFile? {
        guard let out else { return nil }
        return isTensorFile
            ? try OutputFile(out, of: "lens attention")
            : try OutputFile(out, of: "lens attention", isOurs: FigureFormat.isFigure)
    }

    private func show(_ read: [HiddenAttention], _ tokens: [String], _ targets: [Int]) throws {
        let width = Terminal.standardOutput.width
        let tables = read.flatMap { attention in
            targets.enumerated().map { row, target in
                AttentionTable(
                    name: attention.name, tokens: tokens, target: target,
                    heads: attention.heads.enumerated().map {
                        ($1, attention.values[$0][row].values)
                    }
                ).text(width: width)
            }
        }
        try StandardStreams.say(tables.joined(separator: "\n\n"))
    }

    private func write(
        _ read: [HiddenAttention], _ tokens: [String], _ targets: [Int], _ model: LanguageModel,
        to output: OutputFile
    ) throws {
        guard !isTensorFile else {
            try output.write {
                try Safetensors.write(
                    read.map { ($0.name, StoredTensor($0.values)) },
                    metadata: [
                        "format": "pt", "model": model.name, "command": commandLine,
                        "positions": targets.map(String.init).joined(separator: ","),
                    ], to: $0)
            }
            return
        }
        let parts = read.flatMap { attention in
            targets.count == 1
                ? [
                    AttentionFigure.Part(
                        name: attention.name, rows: attention.heads.map(String.init),
                        values: attention.heads.indices.map { attention.values[$0][0].values })
                ]
                : attention.heads.enumerated().map { index, head in
                    AttentionFigure.Part(
                        name: "\(attention.name), head \(head)",
                        rows: targets.map { readable(tokens[$0]) },
                        values: targets.indices.map { attention.values[index][$0].values })
                }
        }
        let picture = AttentionFigure(
            parts, tokens: tokens, rowLabel: targets.count == 1 ? "Head" : "Reading position",
            isLogarithmic: log, title: figure.title, width: figure.width, height: figure.height)
        let provenance = figure.command.map {
            [(key: "Command", value: $0), (key: "Model", value: model.name)]
        }
        try output.write(
            picture.file(
                as: FigureOptions.format(of: output.path), dpi: figure.dpi,
                metadata: provenance ?? []))
    }
}
