import Collections

/// Learns the vocabulary and the merges of byte-level BPE from counted pretokens.
///
/// Starts from `<|endoftext|>`, id 0, and the 256 byte letters in the order of their scalars, and
/// joins again and again the pair of tokens that occurs most often; of pairs equally often the
/// one of the smaller ids, the left one first. That is the order of Hugging Face's `BpeTrainer`,
/// and the result is the same.
///
/// Counts are kept up to date only in the words that a merge touches, and a queue brings up the
/// next pair. A pair enters it once, when the younger of its tokens arises: the limits of a token
/// were limits through all merges before, so what lies between them was merged as if it stood
/// alone. Hence every token is joined from the same two wherever it stands, in one merge.
///
/// - SeeAlso: `do_train` in Hugging Face tokenizers 0.22, `models/bpe/trainer.rs`; Sennrich,
///   Haddow & Birch 2016, arXiv:1508.07909, algorithm 1.
package struct BPETrainer {
    /// `<|endoftext|>` and the bytes.
    package static let smallestVocabulary = 257

    struct Pair: Hashable {
        let left, right: TokenID
    }

    /// A pair in the queue and the words it stood in when it got there.
    private struct Candidate: Comparable {
        /// At that time; `pairCounts` may have fallen since.
        var count: Int
        let pair: Pair
        let words: [Int32]

        /// The greatest is merged first.
        static func < (a: Candidate, b: Candidate) -> Bool {
            (a.count, b.pair.left, b.pair.right) < (b.count, a.pair.left, a.pair.right)
        }

        static func == (a: Candidate, b: Candidate) -> Bool {
            a.count == b.count && a.pair == b.pair
        }
    }

    /// The tokens of word i are the first `lengths[i]` from `starts[i]` on; merged in place.
    private var tokens: [TokenID] = []
    private var starts: [Int] = []
    private var lengths: [Int] = []
    private let wordCounts: [Int]

    private var pairCounts: [Pair: Int] = [:]
    /// Where pairs came to stand that are not in the queue yet.
    private var newPlaces: [Pair: [Int32]] = [:]
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
        for word in wordCounts.indices {
            let bytes = words.pretokens[word]
            starts.append(tokens.count)
            lengths.append(bytes.count)
            tokens.append(contentsOf: bytes.lazy.map { byteTokens[Int($0)] })
            for place in starts[word]..<max(starts[word], tokens.count - 1) {
                add(Pair(left: tokens[place], right: tokens[place + 1]), in: word)
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
            let current = pairCounts[next.pair] ?? 0
            guard next.count == current else {
                next.count = current
                if current > 0 { queue.insert(next) }
                continue
            }
            merge(next)
            progress(vocabulary.count)
        }
        return TrainedTokenizer(vocabulary: vocabulary, merges: merges)
    }

    private mutating func merge(_ next: Candidate) {
        let merged = TokenID(vocabulary.count)
        vocabulary.append(vocabulary[Int(next.pair.left)] + vocabulary[Int(next.pair.right)])
        merges.append(next.pair)
        for word in next.words { merge(next.pair, into: merged, word: Int(word)) }
        queueNewPairs()
    }

    /// Merges every `pair` of a word and counts the pairs that this breaks and makes.
    private mutating func merge(_ pair: Pair, into merged: TokenID, word: Int) {
        let (start, end) = (starts[word], starts[word] + lengths[word])
        var (read, write) = (start, start)
        while read < end {
            defer { write += 1 }
            guard tokens[read] == pair.left, read + 1 < end, tokens[read + 1] == pair.right else {
                tokens[write] = tokens[read]
                read += 1
                continue
            }
            if write > start {
                let previous = tokens[write - 1]
                pairCounts[Pair(left: previous, right: pair.left), default: 0] -= wordCounts[word]
                add(Pair(left: previous, right: merged), in: word)
            }
            tokens[write] = merged
            read += 2
            if read < end {
                let following = tokens[read]
                pairCounts[Pair(left: pair.right, right: following), default: 0] -= wordCounts[word]
                add(Pair(left: merged, right: following), in: word)
            }
        }
        lengths[word] = write - start
    }

    private mutating func add(_ pair: Pair, in word: Int) {
        pairCounts[pair, default: 0] += wordCounts[word]
        let place = Int32(word)
        if newPlaces[pair]?.last != place { newPlaces[pair, default: []].append(place) }
    }

    private mutating func queueNewPairs() {
        for (pair, words) in newPlaces {
            guard let count = pairCounts[pair], count > 0 else { continue }
            queue.insert(Candidate(count: count, pair: pair, words: words))
        }
        // Kept capacity would be walked through at every merge, and the first filling is huge.
        newPlaces = [:]
    }
}
