import CommandSupport
import ArgumentParser
import Checkpoints
import Base
import Foundation
import Reports
import Models
import Tokenization

/// `lens inspect`: what a model folder holds.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what a model folder holds, and what is missing or unexpected in it.",
        discussion: """
            Prints family, sizes, element types, the kind of every block with λ of the \
            differential ones, and the tokenizer. Exits with status 65 if a tensor is missing, has \
            the wrong shape or holds numbers that are not finite.

              lens inspect state-spaces/mamba2-370m
            """)

    @Argument(help: "Model folder, or org/model in the Hugging Face cache.")
    var path: String

    @OptionGroup var norm: NormOptions

    func run() throws {
        let inspection = try Inspection(
            folder: resolveModelFolder(path), wholeWidthNorm: norm.wholeWidthNorm)
        try StandardStreams.say(Self.report(inspection))
        if let problem = inspection.problems.first { throw problem }
    }

    static func report(_ inspection: Inspection) -> String {
        let configuration = inspection.configuration
        var lines = [
            ("model", inspection.folder),
            (
                "family",
                configuration.familyWithPlacement + ", \(configuration.layout.rawValue) layout"
            ),
            ("parameters", grouped(inspection.parameterCount)),
            ("weights", weights(inspection)),
            ("blocks", "\(configuration.nLayers)"),
            ("d_model", "\(configuration.dModel)"),
            (
                "vocabulary",
                "\(counted(configuration.vocabSize, "row")), head "
                    + (configuration.tieEmbeddings ? "tied to the embedding" : "of its own")
            ),
        ]
        lines += configuration.mixers
        lines.append(("tokenizer", tokenizer(inspection.folder)))
        lines += inspection.notes.map { ("note", $0) }
        lines += inspection.foreign.map {
            ("unused tensor", "\($0.name.clipped), of dtype \($0.dtype)")
        }
        lines += inspection.problems.map { ("problem", "\($0)") }
        lines += inspection.unexpected.map { ("unexpected tensor", $0.clipped) }
        if inspection.model == nil { lines.append(("problem", "and more; this is no such model")) }
        if inspection.problems.isEmpty && inspection.unexpected.isEmpty {
            lines.append(("tensors", "all there, nothing unexpected"))
        }
        let width = lines.map(\.0.count).max() ?? 0
        let summary = lines.map { name, value in
            name + String(repeating: " ", count: width + 2 - name.count) + value
        }
        let table = inspection.model.map { ["", blockTable($0)] } ?? []
        return (summary + table).joined(separator: "\n")
    }

    private static func weights(_ inspection: Inspection) -> String {
        let types = inspection.dtypes.map { "\($0.dtype) (\(counted($0.tensors, "tensor")))" }
        let files = inspection.checkpoint.files.map { ($0 as NSString).lastPathComponent }
        return types.joined(separator: ", ") + " in " + files.joined(separator: ", ")
    }

    private static func tokenizer(_ folder: String) -> String {
        let path = join(folder, "tokenizer.json")
        guard fileExists(path) else { return "none in the folder; give --tokenizer where needed" }
        do {
            let tokenizer = try Tokenizer(path: path)
            let endOfText = tokenizer.endOfText.map { "end of text \($0)" } ?? "no end of text"
            return "tokenizer.json, \(counted(tokenizer.vocabularyCount, "token")), \(endOfText)"
        } catch {
            return "\(error)"
        }
    }

    private static func blockTable(_ model: LanguageModel) -> String {
        var table = TextTable("block", "kind", "λ_init", "λ")
        for block in model.blocks {
            let differential = block.differential
            func number(_ value: Float?) -> String {
                value.map { String(format: "%.4f", $0) } ?? "-"
            }
            table.add([
                "\(block.index)", differential == nil ? "ordinary" : "differential",
                number(differential?.lambdaInit), number(differential?.lambdaFull),
            ])
        }
        return table.text
    }

    private static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }
}
