import ArgumentParser
import Base
import Checkpoints
import CommandOptions
import CommandSupport
import Foundation
import Kernels
import Models
import Reports
import Tensors
import Tokenization

/// `lens capture`: activations of one forward pass into a file.
struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Write activations at chosen hook points to a safetensors file.",
        discussion: """
            Patterns are matched against the names as a shell matches file names; names follow \
            TransformerLens, and `logits` is one of them. --list-hooks prints them with the \
            shape and the meaning of each, one a line, the name first, as awk and cut like it.

              lens capture "The capital of France is" --model mamba2-370m \\
                --hooks 'blocks.*.hook_resid_post' logits --out acts.safetensors
              lens capture --model mamba2-370m --list-hooks

            The file also has the ids, `ids` [batch, pos]; in its metadata, where the model has \
            a tokenizer, the texts of the tokens, a JSON list for each sequence; beside the \
            values of a scan (x, B, C, dt, ...) `A` and `D` of the mixer, beside those of a \
            differential block `lambda`. In Python:

              with safetensors.safe_open("acts.safetensors", "pt") as file:
                  stream = file.get_tensor("blocks.3.hook_resid_post")
                  tokens = json.loads(file.metadata()["tokens"])[0]
            """)

    @OptionGroup var text: OneTextOptions
    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("Token ids instead of a text.", valueName: "1,2,3"))
    var ids: String?

    @Option(
        help: ArgumentHelp(
            "A JSON list of equally long lists of ids: a batch.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var idsFile: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Hook points to capture.", valueName: "pattern"))
    var hooks: [String] = []

    @Option(help: ArgumentHelp("Stop after so many blocks.", valueName: "n"))
    var stopAfter: Int?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The safetensors file to write.", valueName: "file"),
        completion: .file(extensions: ["safetensors"]))
    var out: String?

    @Flag(
        help: """
            List the hook points of the model; those that repeat in its blocks once, as a \
            pattern with the blocks that have them.
            """)
    var listHooks = false

    @Flag(help: "With --list-hooks: every hook point by its own name.")
    var all = false

    func validate() throws {
        try requireNumber(stopAfter, "--stop-after", 0...Bounds.many)
        guard !listHooks else { return }
        guard !all else { throw ValidationError("--all goes with --list-hooks.") }
        guard [text.isGiven, ids != nil, idsFile != nil].count(where: \.self) == 1 else {
            throw ValidationError(
                "Give the input by exactly one of TEXT, --file, --ids and --ids-file.")
        }
        guard !hooks.isEmpty, out != nil else {
            throw ValidationError(
                "Say what to capture with --hooks PATTERN and where to with --out FILE.")
        }
    }

    func run() throws {
        let output = try out.map { try OutputFile($0, of: "lens capture") }
        let model = try modelOptions.loadModel()
        guard !listHooks else {
            let table =
                all
                ? HookTable(pointsOf: model.configuration)
                : HookTable(kindsOf: model.configuration)
            let terminal = Terminal.standardOutput
            return try StandardStreams.say(
                table.text(width: terminal.isTerminal ? terminal.width : nil))
        }
        guard let output else { return }
        let points = model.configuration.withParameters(
            try hooks.flatMap { try model.configuration.hookPoints(matching: $0) })
        let sequences = try readSequences(model)
        try checkRoom(for: Set(points), of: model.configuration, sequences, at: output.path)
        let captured = try capture(points, of: model, sequences: sequences)
        let ids = StoredTensor(
            sequences.joined().map(Int64.init),
            shape: [sequences.count, sequences.first?.count ?? 0])
        let tensors =
            [("ids", ids)] + captured.map { ("\($0.point)", StoredTensor($0.tensor)) }
        let metadata = [
            "format": "pt", "model": model.name, "command": commandLine,
            "tokens": try tokenTexts(sequences, model),
        ]
        try output.write {
            try Safetensors.write(
                tensors, metadata: metadata.compactMapValues { $0 }, to: $0)
        }
        try report(
            tensors.map { "\($0.0) \($0.1.shape)" }.joined(separator: "\n"),
            besides: output.path)
    }

    /// - Throws: `FileError.tooLittleSpace`.
    private func checkRoom(
        for points: Set<HookPoint>, of configuration: ModelConfiguration,
        _ sequences: [[TokenID]], at path: String
    ) throws {
        let positions = sequences.reduce(0) { $0 + $1.count }
        let count = points.reduce(0) {
            $0
                + $1.elementCount(
                    positions: positions, sequences: sequences.count, configuration)
        }
        try checkWritable(
            path,
            bytes: count * MemoryLayout<Float>.size + positions * MemoryLayout<Int64>.size)
    }

    /// As many texts as the header of a file can hold.
    private static let mostTexts = 1_000_000

    /// JSON: of each sequence a list with the text of each token; nil where there is no tokenizer, and
    /// beyond `mostTexts`.
    private func tokenTexts(
        _ sequences: [[TokenID]], _ model: LanguageModel
    ) throws -> String? {
        let count = sequences.reduce(0) { $0 + $1.count }
        guard modelOptions.hasTokenizer(for: model), count <= Self.mostTexts else { return nil }
        let tokenizer = try modelOptions.loadTokenizer(for: model)
        let texts = sequences.map { $0.map { tokenizer.decode([$0]) } }
        return String(decoding: try encodeJSON(texts, pretty: false), as: UTF8.self)
    }

    private func readSequences(_ model: LanguageModel) throws -> [[TokenID]] {
        let vocabulary = 0..<TokenID(model.configuration.vocabSize)
        if let text = try text.read() {
            let tokenizer = try modelOptions.loadTokenizer(for: model)
            return [try tokenizer.encode(contents: text.contents, of: text.name)]
        }
        if let ids {
            return [
                try ids.split(separator: ",", omittingEmptySubsequences: false).map {
                    guard let id = TokenID($0.trimmingCharacters(in: .whitespaces)),
                        vocabulary.contains(id)
                    else {
                        throw ValidationError(
                            "--ids: '\($0)' is no token id, expected 0 to \(vocabulary.upperBound - 1)."
                        )
                    }
                    return id
                }
            ]
        }
        guard let idsFile else { return [] }
        let lists = try decodeJSON([TokenIDList].self, from: idsFile).map(\.ids)
        guard Set(lists.map(\.count)).count == 1 else {
            throw CommandError.unequalLengths(path: idsFile, lengths: lists.map(\.count))
        }
        for (row, list) in lists.enumerated() {
            guard let item = list.firstIndex(where: { !vocabulary.contains($0) }) else { continue }
            throw CommandError.foreignID(
                path: idsFile, list: row + 1, item: item + 1, id: list[item],
                last: vocabulary.upperBound - 1)
        }
        return lists
    }

    private func capture(
        _ points: [HookPoint], of model: LanguageModel, sequences: [[TokenID]]
    ) throws -> [(point: HookPoint, tensor: Tensor)] {
        do {
            return try model.capture(points, texts: sequences, stoppingAfter: stopAfter)
        } catch ModelError.hooksNotReached(let points, let blocks) {
            throw CommandError.notReached(points: points, blocks: blocks)
        }
    }
}
