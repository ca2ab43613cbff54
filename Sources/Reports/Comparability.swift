import Base
import Foundation
import Results

/// Whether curves may be averaged, and what must be said where they stand side by side.
enum Comparability {
    /// Curves with one label are averaged as seeds of one model: whatever else they were made with must
    /// be the same, and each must be of a model of its own.
    ///
    /// - Throws: `ComparisonError.notSeeds`, `.countedTwice`, `.oneModel`.
    static func checkSeeds(_ curves: [LayerCurve]) throws {
        for (label, group) in groups(curves) {
            for (what, fact) in facts {
                let found = group.compactMap { curve in fact(curve).map { (curve, fact: $0) } }
                guard let first = found.first,
                    let other = found.first(where: { $0.fact.compared != first.fact.compared })
                else { continue }
                throw ComparisonError.notSeeds(
                    label: label, what: what, paths: [first, other].map(\.0.provenance.path),
                    values: [first, other].map(\.fact.shown))
            }
            try checkTrainings(group, label)
            try checkModels(group, label)
        }
    }

    /// Those of several seeds, by label.
    private static func groups(_ curves: [LayerCurve]) -> [(key: String, value: [LayerCurve])] {
        Dictionary(grouping: curves, by: \.name).filter { $0.value.count > 1 }
            .sorted { $0.key < $1.key }
    }

    /// What a result says of one thing, and how that is compared with what others say.
    private struct Fact {
        let shown: String
        let compared: String

        init(_ shown: String, as compared: String? = nil) {
            (self.shown, self.compared) = (shown, compared ?? shown)
        }
    }

    /// What all seeds of one model share, as far as their results say.
    private static let facts: [(what: String, fact: @Sendable (LayerCurve) -> Fact?)] = [
        ("models of", { $0.provenance.run.architecture.map { Fact($0) } }),
        ("models called", { $0.provenance.run.model.map { Fact($0, as: withoutSeed($0)) } }),
        ("gated norms:", { $0.provenance.run.gatedNorm.map { Fact($0) } }),
        ("lenses:", { $0.provenance.run.lens.map { Fact($0 == "logit" ? "logit" : "tuned") } }),
        ("numbers of prompts:", { $0.provenance.prompts.map { Fact("\($0)") } }),
        ("prompts:", { conditions($0).map { Fact($0) } }),
    ]

    /// - Throws: `ComparisonError.notSeeds` with the first option of training in which two models differ.
    private static func checkTrainings(_ group: [LayerCurve], _ label: String) throws {
        let told = group.filter { $0.provenance.run.modelTraining != nil }
        guard let first = told.first, let options = first.provenance.run.modelTraining?.options
        else { return }
        for other in told.dropFirst() {
            let others = other.provenance.run.modelTraining?.options ?? [:]
            let names = Set(options.keys).union(others.keys).sorted()
            guard let name = names.first(where: { options[$0] != others[$0] }) else { continue }
            throw ComparisonError.notSeeds(
                label: label, what: "trainings of their models:",
                paths: [first, other].map(\.provenance.path),
                values: [options, others].map { "\(name) \($0[name] ?? "not given")" })
        }
    }

    private static func checkModels(_ group: [LayerCurve], _ label: String) throws {
        var seen: [String: LayerCurve] = [:]
        for curve in group {
            let (run, file) = (curve.provenance.run, curve.provenance.sha256)
            let model = run.modelSHA256?.lowercased()
            guard let other = seen.updateValue(curve, forKey: model ?? file) else { continue }
            let (paths, before) = (
                [other, curve].map(\.provenance.path), other.provenance.run
            )
            let isSame = before.lensSHA256 == run.lensSHA256 && before.dataSHA256 == run.dataSHA256
            guard let model, !isSame else {
                throw ComparisonError.countedTwice(label: label, paths: paths)
            }
            throw ComparisonError.oneModel(label: label, paths: paths, sha256: model)
        }
    }

    /// The name of a model without what names its seed: `seed0`, `needle-finetune-seed42`.
    static func withoutSeed(_ name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        return last.replacing(seed, with: "")
    }

    nonisolated(unsafe) private static let seed = /[-_.]?seed[-_]?[0-9]+/.ignoresCase()

    /// The prompts that a curve was measured on; nil where the result does not say.
    private static func conditions(_ curve: LayerCurve) -> String? {
        let run = curve.provenance.run
        guard let hash = run.dataSHA256 else { return nil }
        let count = curve.provenance.prompts.map { "\(counted($0, "prompt")) of " } ?? ""
        let form = run.promptForm.map { " in the form '\($0)'" } ?? ""
        return "\(count)data \(hash.prefix(8))\(form)"
    }

    /// The sentences for a figure whose curves were measured on different prompts, or whose seeds
    /// were perhaps trained differently; nil where nothing speaks for that.
    static func note(_ curves: [LayerCurve]) -> String? {
        let notes = [promptNote(curves)] + groups(curves).map { trainingNote($0, $1) }
        let said = notes.compactMap { $0 }
        return said.isEmpty ? nil : said.joined(separator: " ")
    }

    private static func promptNote(_ curves: [LayerCurve]) -> String? {
        var labels: [String] = []
        var found: [String: String] = [:]
        for curve in curves where found[curve.label] == nil {
            guard let conditions = conditions(curve) else { continue }
            labels.append(curve.label)
            found[curve.label] = conditions
        }
        guard Set(found.values).count > 1 else { return nil }
        let parts = labels.map { "\($0.clipped) on \(found[$0] ?? "")" }
        let what = curves[0].lens == nil ? "prompts" : "text"
        return "Not measured on the same \(what): \(parts.joined(separator: "; "))."
    }

    /// Seeds may have data of their own, and folders may be called anything, so neither is an error.
    private static func trainingNote(_ label: String, _ group: [LayerCurve]) -> String? {
        let trainings = group.compactMap(\.provenance.run.modelTraining)
        let data = Set(trainings.map(\.dataSHA256)).sorted()
        if data.count > 1 {
            return "The models averaged as \(label.clipped) learned from different data: "
                + "\(data.map { String($0.prefix(8)) }.joined(separator: ", "))."
        }
        guard trainings.count < group.count else { return nil }
        let folders = Set(group.compactMap { modelFolder($0.provenance.run) }).sorted()
        guard folders.count > 1 else { return nil }
        return
            "The models averaged as \(label.clipped) lie in different folders and do not say how "
            + "they were trained: \(folders.map(\.clipped).joined(separator: ", "))."
    }

    /// The folder that the seeds of a model lie in, from the command that measured one of them: there
    /// a path ends in the model's name, and it is not the lens's.
    private static func modelFolder(_ run: RunRecord) -> String? {
        let words = (run.command ?? "").split { " =".contains($0) }
        let paths = words.filter { $0 != run.lens ?? "" }.map { $0.split(separator: "/") }
        guard let path = paths.first(where: { $0.last.map(String.init) == run.model }),
            path.count > 1
        else { return nil }
        return String(path[path.count - 2].replacing(seed, with: ""))
    }
}

/// The sentences that must stand with a comparison of these curves; nil for none.
package func comparisonNote(_ curves: [LayerCurve]) -> String? { Comparability.note(curves) }
