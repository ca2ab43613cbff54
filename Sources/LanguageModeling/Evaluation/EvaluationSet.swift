import Corpora
import Models
import Results
import Tokenization

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

    /// The answers of a task.
    ///
    /// - Parameter window: prompts lose their beginning beyond so many tokens.
    package init(
        task: String, _ rows: [BabilongSample], _ tokenizer: Tokenizer, window: Int
    ) throws {
        self.init(
            name: task, kind: .answers,
            try TrainingSequences(rows, tokenizer: tokenizer, promptWeight: 0, window: window))
    }

    package init(_ windows: TokenWindows) {
        self.init(
            name: "text", kind: .text(natsToBitsPerByte: windows.natsToBitsPerByte),
            TrainingSequences(windows))
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
