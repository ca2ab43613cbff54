import Base
import Checkpoints
import Foundation
import Models
import Results
import Tokenization

/// What a model folder holds, line by line, and its blocks.
///
/// - Parameter hint: what helps where the folder has no tokenizer.
package func modelReport(
    _ inspection: Inspection, withoutTokenizer hint: String
) -> String {
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
    lines.append(("tokenizer", tokenizer(inspection.folder, hint)))
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

/// The same as data.
package func inspectionResult(_ inspection: Inspection) -> InspectionResult {
    let configuration = inspection.configuration
    let more = inspection.model == nil ? ["and more; this is no such model"] : []
    return InspectionResult(
        folder: inspection.folder, family: configuration.familyWithPlacement,
        layout: configuration.layout.rawValue, parameters: inspection.parameterCount,
        files: fileNames(inspection),
        dtypes: inspection.dtypes.map { .init(dtype: $0.dtype, tensors: $0.tensors) },
        dModel: configuration.dModel, vocabSize: configuration.vocabSize,
        tieEmbeddings: configuration.tieEmbeddings,
        blocks: configuration.blocks.indices.map { index in
            let differential = inspection.model?.blocks[index].differential
            return .init(
                block: index, mixer: configuration.blocks[index].description,
                lambdaInit: differential.map { Double($0.lambdaInit) },
                lambda: differential.map { Double($0.lambdaFull) })
        },
        notes: inspection.notes, problems: inspection.problems.map { "\($0)" } + more,
        unexpected: inspection.unexpected)
}

private func fileNames(_ inspection: Inspection) -> [String] {
    inspection.checkpoint.files.map { ($0 as NSString).lastPathComponent }
}

private func weights(_ inspection: Inspection) -> String {
    let types = inspection.dtypes.map { "\($0.dtype) (\(counted($0.tensors, "tensor")))" }
    return types.joined(separator: ", ") + " in " + fileNames(inspection).joined(separator: ", ")
}

private func tokenizer(_ folder: String, _ hint: String) -> String {
    let path = join(folder, "tokenizer.json")
    guard fileExists(path) else { return "none in the folder; \(hint)" }
    do {
        let tokenizer = try Tokenizer(path: path)
        let endOfText = tokenizer.endOfText.map { "end of text \($0)" } ?? "no end of text"
        return "tokenizer.json, \(counted(tokenizer.vocabularyCount, "token")), \(endOfText)"
    } catch {
        return "\(error)"
    }
}

private func blockTable(_ model: LanguageModel) -> String {
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

private func grouped(_ number: Int) -> String {
    var digits = String(number)
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return ([digits] + groups).joined(separator: ",")
}
