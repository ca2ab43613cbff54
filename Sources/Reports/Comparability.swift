import Files
import Foundation

/// Whether curves may be averaged, and what must be said where they stand side by side.
enum Comparability {
    /// Curves with one label are averaged as seeds of one model: whatever else they were made with must
    /// be the same, and no result may count twice.
    ///
    /// - Throws: `ResultError.notSeeds`, `.countedTwice`.
    static func checkSeeds(_ curves: [LayerCurve]) throws {
        for (label, group) in Dictionary(grouping: curves, by: \.label).sorted(by: {
            $0.key < $1.key
        })
        where group.count > 1 {
            for (what, fact) in facts {
                let found = group.map { (curve: $0, value: fact($0)) }.filter { $0.value != nil }
                guard let first = found.first,
                    let other = found.first(where: { $0.value != first.value })
                else { continue }
                throw ResultError.notSeeds(
                    label: label, what: what,
                    paths: [first, other].map(\.curve.provenance.path),
                    values: [first, other].map { $0.value ?? "" })
            }
            try checkOnce(group, label)
        }
    }

    /// What all seeds of one model share, as far as their results say.
    private static let facts: [(what: String, fact: @Sendable (LayerCurve) -> String?)] = [
        ("models of", { $0.provenance.run.architecture }),
        ("models called", { $0.provenance.run.model.map(withoutSeed) }),
        ("lenses:", { $0.provenance.run.lens.map { $0 == "logit" ? "logit" : "tuned" } }),
        ("prompts:", { conditions($0) }),
    ]

    private static func checkOnce(_ group: [LayerCurve], _ label: String) throws {
        var seen: [[String?]: String] = [:]
        for curve in group {
            let run = curve.provenance.run
            let same: [String?] =
                run.modelSHA256 == nil
                ? [curve.provenance.sha256] : [run.modelSHA256, run.lensSHA256, run.dataSHA256]
            if let other = seen.updateValue(curve.provenance.path, forKey: same) {
                throw ResultError.countedTwice(
                    label: label, paths: [other, curve.provenance.path])
            }
        }
    }

    /// The name of a model without what names its seed: `seed0`, `needle-finetune-seed42`.
    static func withoutSeed(_ name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        return last.replacing(/[-_.]?seed[-_]?[0-9]+/.ignoresCase(), with: "")
    }

    /// The prompts that a curve was measured on; nil where the result does not say.
    private static func conditions(_ curve: LayerCurve) -> String? {
        let run = curve.provenance.run
        guard let hash = run.dataSHA256 else { return nil }
        let count = curve.provenance.prompts.map { "\($0) prompts of " } ?? ""
        let form = run.promptForm.map { " in the form '\($0)'" } ?? ""
        return "\(count)data \(hash.prefix(8))\(form)"
    }

    /// A sentence for a figure whose curves were measured on different prompts; nil where all agree or
    /// do not say.
    static func note(_ curves: [LayerCurve]) -> String? {
        var labels: [String] = []
        var found: [String: String] = [:]
        for curve in curves where found[curve.label] == nil {
            guard let conditions = conditions(curve) else { continue }
            labels.append(curve.label)
            found[curve.label] = conditions
        }
        guard Set(found.values).count > 1 else { return nil }
        let parts = labels.map { "\($0.clipped) on \(found[$0] ?? "")" }
        return "Not measured on the same prompts: \(parts.joined(separator: "; "))."
    }
}

/// The sentence that must stand with a comparison of these curves; nil for none.
package func comparisonNote(_ curves: [LayerCurve]) -> String? { Comparability.note(curves) }
