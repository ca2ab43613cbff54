import Tensors

/// What is to be told of the distribution of each row besides its log-partition, which any pass over the
/// vocabulary gives.
package struct VocabularyQuestions: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Of the row's target.
    package static let logProbability = VocabularyQuestions(rawValue: 1)
    /// Of the row's target.
    package static let rank = VocabularyQuestions(rawValue: 2)
    /// Twice the work of all the others together.
    package static let entropy = VocabularyQuestions(rawValue: 4)
}

/// What a distribution says about one token.
package struct TokenPrediction: Sendable, Equatable {
    /// Natural logarithm of the token's probability.
    package let logProbability: Double
    /// 1 for the most probable token of the vocabulary; ties count in the token's favour.
    package let rank: Int

    package init(logProbability: Double, rank: Int) {
        self.logProbability = logProbability
        self.rank = rank
    }
}

/// A token and how probable it is.
package struct TokenProbability: Sendable, Equatable {
    package let token: Int
    /// Natural logarithm.
    package let logProbability: Double
}

/// What was told of some rows: one entry for each row, or none where it was not asked for.
package struct VocabularyReading: Sendable {
    /// A(n) in nats.
    package var logPartition: [Double]
    /// `U_t · n − A(n)` of the row's target t.
    package var logProbability: [Double] = []
    /// Of the row's target: one more than the number of tokens with a larger logit, so that 1 is that of
    /// the most probable one and ties count in the target's favour.
    package var rank: [Int] = []
    /// `−Σ_v p_v log p_v = A(n) − n · o(n)`, in nats.
    package var entropy: [Double] = []
    /// The most probable tokens, the most probable first; of equal ones the smaller id.
    package var top: [[TokenProbability]] = []

    /// Of each row's target, where both are asked for.
    package var predictions: [TokenPrediction] {
        zip(logProbability, rank).map(TokenPrediction.init)
    }

    /// That of some of the rows.
    package subscript(rows: Range<Int>) -> VocabularyReading {
        func part<Element>(_ all: [Element]) -> [Element] { all.isEmpty ? [] : Array(all[rows]) }
        return VocabularyReading(
            logPartition: part(logPartition), logProbability: part(logProbability),
            rank: part(rank), entropy: part(entropy), top: part(top))
    }
}

extension VocabularyPass {
    /// One pass over the vocabulary, in float32 whatever `precision`, of which no logits are kept:
    /// `2 · vocab · d_model` operations a row, twice that with the entropy.
    ///
    /// Log-probabilities are those of float64 logits, and so are ranks.
    ///
    /// - Parameters:
    ///   - rows: `[rows, d_model]`.
    ///   - targets: one token of the vocabulary for each row; none where nothing is asked of them.
    ///   - count: how many of the most probable tokens to name, of the vocabulary at most. Which they are
    ///     is told by float64 logits too, unless more than `spareCandidates` others differ from the last
    ///     of them by less than a float32 product rounds.
    package func read(
        _ rows: Tensor, targets: [Int] = [], asking questions: VocabularyQuestions = [],
        top count: Int = 0
    ) -> VocabularyReading {
        let (rows, vocabulary) = (rows.matrix, weight.matrix)
        let needsTargets = !questions.isDisjoint(with: [.logProbability, .rank])
        precondition(
            rows.columns == vocabulary.columns && (!needsTargets || targets.count == rows.rows)
                && targets.allSatisfy { $0 >= 0 && $0 < vocabulary.rows },
            "\(targets.count) targets for \(rows.rows) rows and \(vocabulary.rows) tokens")
        let targetLogits =
            needsTargets
            ? targets.enumerated().map { row, target in
                TargetLogit(rows.row(row), vocabulary.row(target), count: rows.columns)
            } : []
        var ranks = [Int](repeating: 1, count: questions.contains(.rank) ? rows.rows : 0)
        var candidates = [LargestLogits](
            repeating: LargestLogits(count + spareCandidates), count: count > 0 ? rows.rows : 0)
        let expected = questions.contains(.entropy) ? Tensor(rows.rows, rows.columns) : nil

        return withExtendedLifetime(expected) {
            let logPartition = ranks.withUnsafeMutableBufferPointer { ranks in
                candidates.withUnsafeMutableBufferPointer { candidates in
                    vocabularyPass(rows, vocabulary, expected: expected?.matrix) {
                        block, logits, entries in
                        for (i, row) in block.enumerated() {
                            let line = UnsafeBufferPointer(
                                start: logits.row(i), count: entries.count)
                            if !ranks.isEmpty {
                                ranks[row] += targetLogits[row].count(above: line) {
                                    dot(
                                        rows.row(row), vocabulary.row(entries.lowerBound + $0),
                                        count: rows.columns)
                                }
                            }
                            if !candidates.isEmpty {
                                candidates[row].add(line, first: entries.lowerBound)
                            }
                        }
                    }
                }
            }
            var reading = VocabularyReading(logPartition: logPartition)
            reading.rank = ranks
            if questions.contains(.logProbability) {
                reading.logProbability = zip(targetLogits, logPartition).map { $0.value - $1 }
            }
            if let expected {
                reading.entropy = parallelMap(rows.rows, grain: 16) { row in
                    logPartition[row]
                        - dot(rows.row(row), expected.matrix.row(row), count: rows.columns)
                }
            }
            reading.top = candidates.enumerated().map { row, largest in
                largest.best(count) { token in
                    dot(rows.row(row), vocabulary.row(token), count: rows.columns)
                }.map { TokenProbability(token: $0, logProbability: $1 - logPartition[row]) }
            }
            return reading
        }
    }
}
