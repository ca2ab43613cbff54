import Base
import Checkpoints
import Models
import Results

/// Sequences on whose labels a model is measured.
package struct EvaluationSet: Sendable {
    package enum Kind: Sendable {
        /// A loss in nats a token times this is one in bits per byte.
        case text(natsToBitsPerByte: Double)
        /// Of prompts only the answers are labels.
        case answers
    }

    package let name: String
    package let kind: Kind
    package let sequences: TrainingSequences

    package init(name: String, kind: Kind, _ sequences: TrainingSequences) {
        self.name = name
        self.kind = kind
        self.sequences = sequences
    }
}

extension LanguageModel {
    /// - Parameter progress: gets the number of sequences done.
    package func score(
        _ set: EvaluationSet, progress: (Int) -> Void = { _ in }
    ) throws -> EvaluationScore {
        let sequences = set.sequences
        let atATime = max(1, 2048 / max(1, sequences.longest))
        var (loss, count, right) = (0.0, 0, 0)
        for start in stride(from: 0, to: sequences.count, by: atATime) {
            let end = min(start + atATime, sequences.count)
            let (batch, labels) = TrainingSequences.batch((start..<end).map { sequences[$0] })
            let found = try predictions(batch, labels: labels)
            let wrongRows = zip(labels.rows, found).filter { $1.rank > 1 }.map(\.0)
            right += batch.sequences.count { rows in !wrongRows.contains(where: rows.contains) }
            loss -= found.reduce(0) { $0 + $1.logProbability }
            count += found.count
            progress(end)
        }
        let crossEntropy = loss / Double(count)
        let accuracy = Double(right) / Double(sequences.count)
        let (bitsPerByte, answers): (Double?, Double?) =
            switch set.kind {
            case .text(let natsToBitsPerByte): (crossEntropy * natsToBitsPerByte, nil)
            case .answers: (nil, accuracy)
            }
        return EvaluationScore(
            name: set.name, sequences: sequences.count, predictions: count,
            crossEntropy: crossEntropy, bitsPerByte: bitsPerByte, accuracy: answers)
    }
}

/// What a training does not learn from, and measures itself on.
package struct HeldOut: Sendable {
    let sets: [EvaluationSet]
    /// Steps between two measurements; 0 for none but the one after the last step.
    let every: Int

    package init(_ sets: [EvaluationSet] = [], every: Int = 0) {
        self.sets = sets
        self.every = every
    }

    /// What decides which measurements a training's log gets.
    var identity: [String: String] {
        guard !sets.isEmpty else { return [:] }
        let sets = sets.map { "\($0.name) \($0.kind) \($0.sequences.sha256)" }
        return [
            SnapshotFolder.option("eval_every"): "\(every)",
            "held_out_sha256": SHA256.hex(of: sets.joined(separator: "\n")),
        ]
    }

    /// - Returns: nil where nothing is to be measured after so many steps.
    func scores(of model: LanguageModel, step: Int, of steps: Int) throws -> [EvaluationScore]? {
        let isDue = step == steps || every > 0 && step > 0 && step.isMultiple(of: every)
        guard isDue, !sets.isEmpty else { return nil }
        return try sets.map { try model.score($0) }
    }
}
