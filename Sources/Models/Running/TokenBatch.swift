/// Token ids of one or more independent sequences, one after the other, without padding.
package struct TokenBatch: Sendable {
    package let ids: [Int32]
    /// Where each sequence stands in `ids`.
    package let sequences: [Range<Int>]
    /// Index of the first of them among all sequences that are read.
    let firstSequence: Int

    package init(_ sequences: [some Collection<Int32>]) {
        self.init(sequences, firstSequence: 0)
    }

    init(_ sequences: [some Collection<Int32>], firstSequence: Int) {
        self.firstSequence = firstSequence
        var ids: [Int32] = []
        var ranges: [Range<Int>] = []
        for sequence in sequences {
            ranges.append(ids.count..<ids.count + sequence.count)
            ids.append(contentsOf: sequence)
        }
        self.ids = ids
        self.sequences = ranges
    }

    /// The row of the last position of each sequence.
    package var lastRows: [Int] { sequences.map { $0.upperBound - 1 } }

    /// - Throws: `ModelError` if a sequence is empty or an id is outside the vocabulary.
    func check(vocabSize: Int) throws {
        guard !sequences.isEmpty, sequences.allSatisfy({ !$0.isEmpty }) else {
            throw ModelError.noTokens
        }
        for (sequence, range) in sequences.enumerated() {
            guard let row = range.first(where: { !(0..<Int32(vocabSize)).contains(ids[$0]) })
            else { continue }
            throw ModelError.tokenOutOfRange(
                id: Int(ids[row]), sequence: sequence + 1, position: row - range.lowerBound + 1,
                vocabSize: vocabSize)
        }
    }
}
