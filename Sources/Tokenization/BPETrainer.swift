import Collections

/// Learns the vocabulary and the merges of byte-level BPE from counted pretokens.
///
/// Starts from `<|endoftext|>`, id 0, and the 256 byte letters in the order of their scalars, and
/// joins again and again the pair of tokens that occurs most often; of pairs equally often the
/// one of the smaller ids, the left one first. That is the order of Hugging Face's `BpeTrainer`,
/// and the result is the same.
///
/// Counts are kept up to date only where a merge happens, and a queue brings up the next pair with the
/// places where it stands. A pair enters it once, when the younger of its tokens arises: the limits of a
/// token were limits through all merges before, so what lies between them was merged as if it stood
/// alone. Hence every token is joined from the same two wherever it stands, in one merge.
///
/// - SeeAlso: `do_train` in Hugging Face tokenizers 0.22, `models/bpe/trainer.rs`; Sennrich,
///   Haddow & Birch 2016, arXiv:1508.07909, algorithm 1.
package struct BPETrainer {
    /// `<|endoftext|>` and the bytes.
    package static let smallestVocabulary = 257

    struct Pair: Hashable {
        let left, right: TokenID

        /// At once, which is faster than one after the other.
        func hash(into hasher: inout Hasher) {
            hasher.combine(Int64(left) << 32 | Int64(right))
        }
    }

    /// A pair in the queue.
    private struct Candidate: Comparable {
        /// When it got there; it may have fallen since.
        var count: Int
        let pair: Pair

        /// The greatest is merged first.
        static func < (a: Candidate, b: Candidate) -> Bool {
            (a.count, b.pair.left, b.pair.right) < (b.count, a.pair.left, a.pair.right)
        }
    }

    private struct Occurrences {
        var count = 0
        /// Where its left token began when it came to stand there, in order.
        var places: [UInt32] = []
    }

    private var text: MergedWords
    private let wordCounts: [Int]
    private var pairs: [Pair: Occurrences] = [:]
    /// Those that are not in the queue yet.
    private var newPairs: [Pair] = []
    private var queue = Heap<Candidate>()

    /// The bytes of the tokens by id.
    private var vocabulary: [[UInt8]] = []
    private var merges: [Pair] = []

    package init(_ words: PretokenCounts) {
        wordCounts = words.counts
        let alphabet = (UInt8.min...UInt8.max).sorted {
            ByteAlphabet.scalars[Int($0)] < ByteAlphabet.scalars[Int($1)]
        }
        vocabulary = [Array(TrainedTokenizer.endOfText.utf8)] + alphabet.map { [$0] }
        var byteTokens = [TokenID](repeating: 0, count: 256)
        for (id, byte) in zip(1..., alphabet) { byteTokens[Int(byte)] = TokenID(id) }
        text = MergedWords(words, byteTokens: byteTokens)
        for word in wordCounts.indices {
            for place in text.places(of: word).dropLast() {
                add(
                    Pair(left: text.token(at: place), right: text.token(at: place + 1)), at: place,
                    count: wordCounts[word])
            }
        }
        queueNewPairs()
    }

    /// Merges until the vocabulary has `count` tokens, or fewer if the words are whole before.
    ///
    /// - Parameters:
    ///   - count: at least `smallestVocabulary`.
    ///   - progress: gets the size of the vocabulary after every merge.
    package mutating func train(
        vocabularyCount count: Int, progress: (Int) -> Void = { _ in }
    ) -> TrainedTokenizer {
        precondition(
            count >= Self.smallestVocabulary,
            "a vocabulary of \(count) tokens, expected at least \(Self.smallestVocabulary)")
        while vocabulary.count < count, var next = queue.popMax() {
            let current = pairs[next.pair]?.count ?? 0
            guard next.count == current else {
                next.count = current
                if current > 0 { queue.insert(next) }
                continue
            }
            merge(next.pair)
            progress(vocabulary.count)
        }
        return TrainedTokenizer(vocabulary: vocabulary, merges: merges)
    }

    /// Merges every `pair` and counts the pairs that this breaks and makes.
    private mutating func merge(_ pair: Pair) {
        let merged = TokenID(vocabulary.count)
        let (left, right) = (vocabulary[Int(pair.left)], vocabulary[Int(pair.right)])
        vocabulary.append(left + right)
        merges.append(pair)
        var word = 0
        for place in pairs.removeValue(forKey: pair)?.places ?? [] {
            let place = Int(place)
            let middle = place + left.count
            guard text.token(at: place) == pair.left, text.token(at: middle) == pair.right else {
                continue
            }
            let end = middle + right.count
            word = text.word(at: place, from: word)
            let count = wordCounts[word]
            if let before = text.start(before: place) {
                let previous = text.token(at: before)
                pairs[Pair(left: previous, right: pair.left)]?.count -= count
                add(Pair(left: previous, right: merged), at: before, count: count)
            }
            let following = text.token(at: end)
            if following >= 0 {
                pairs[Pair(left: pair.right, right: following)]?.count -= count
                add(Pair(left: merged, right: following), at: place, count: count)
            }
            text.merge(place..<end, middle: middle, into: merged)
        }
        queueNewPairs()
    }

    private mutating func add(_ pair: Pair, at place: Int, count: Int) {
        let isNew = {
            (known: inout Occurrences) in
            known.count += count
            known.places.append(UInt32(place))
            return known.places.count == 1
        }(&pairs[pair, default: Occurrences()])
        if isNew { newPairs.append(pair) }
    }

    private mutating func queueNewPairs() {
        for pair in newPairs {
            guard let count = pairs[pair]?.count, count > 0 else { continue }
            queue.insert(Candidate(count: count, pair: pair))
        }
        newPairs = []
    }
}
