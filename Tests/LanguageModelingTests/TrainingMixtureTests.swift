import Corpora
import LanguageModeling
import Randomness
import Testing

@Suite struct TrainingMixtureTests {
    /// Windows of two tokens, the first of which is the window's number.
    private func sequences(_ count: Int) -> TrainingSequences {
        let ids = (0..<2 * count).map { Int32($0 % 2 == 0 ? $0 / 2 : 0) }
        return TrainingSequences(
            TokenWindows(
                window: 2, ids: ids, tokenCount: ids.count, documentCount: 1,
                byteCount: ids.count))
    }

    private func mixture(_ parts: (count: Int, weight: Double)...) -> TrainingMixture {
        TrainingMixture(
            parts.map { TrainingMixture.Part(sequences($0.count), weight: $0.weight) })
    }

    private func draws(
        _ mixture: TrainingMixture, _ count: Int, seed: UInt64 = 1, shuffle: Bool = true
    ) -> [(part: Int, sequence: Int)] {
        var order = TrainingMixture.Order(mixture, seed: seed, shuffle: shuffle)
        return (0..<count).map { _ in order.next() }
    }

    @Test("after any number of draws every part has had its share")
    func shares() {
        let weights = [1.0, 3, 0.5, 7, 0.25]
        let mixture = TrainingMixture(
            weights.map { TrainingMixture.Part(sequences(10), weight: $0) })
        var counts = [Double](repeating: 0, count: 5)
        for (index, draw) in draws(mixture, 2000).enumerated() {
            counts[draw.part] += 1
            for (count, weight) in zip(counts, weights) {
                #expect(abs(count - weight / 11.75 * Double(index + 1)) < 1.5)
            }
        }
    }

    @Test("each part is gone through once an epoch, in another order each time")
    func epochs() {
        let all = draws(mixture((7, 1), (5, 2)), 3 * 35)
        for (part, count) in [(0, 7), (1, 5)] {
            let drawn = all.filter { $0.part == part }.map(\.sequence)
            let epochs = stride(from: 0, to: drawn.count - count + 1, by: count).map {
                Array(drawn[$0..<$0 + count])
            }
            #expect(epochs.count >= 5)
            #expect(epochs.allSatisfy { $0.sorted() == Array(0..<count) })
            #expect(Set(epochs).count == epochs.count)
        }
        let inOrder = draws(mixture((3, 1), (2, 1)), 8, shuffle: false)
        #expect(inOrder.filter { $0.part == 0 }.map(\.sequence) == [0, 1, 2, 0])
    }

    @Test("one part is drawn as shuffled epochs are: by the seed and the epoch")
    func single() {
        let expected = (0..<3).flatMap { shuffledOrder(count: 6, seed: 9 &+ UInt64($0)) }
        #expect(draws(mixture((6, 4)), 18, seed: 9).map(\.sequence) == expected)
    }

    @Test("the identity covers all parts and their shares")
    func identity() {
        let hashes = [
            mixture((4, 1)), mixture((4, 1), (5, 1)), mixture((4, 2), (5, 1)),
            mixture((4, 1), (6, 1)),
        ].map(\.sha256)
        #expect(Set(hashes).count == 4)
        #expect(mixture((4, 1), (5, 1)).sha256 == mixture((4, 3), (5, 3)).sha256)
        #expect(hashes[0] == sequences(4).sha256)
    }

    @Test("the identity of text covers how it is cut and how much it counts")
    func windows() {
        func windows(_ window: Int, _ weight: Float) -> String {
            let windows = TokenWindows(
                window: window, ids: Array(1...24), tokenCount: 24, documentCount: 1, byteCount: 24)
            return TrainingSequences(windows, weight: weight).sha256
        }
        #expect(windows(8, 1) == windows(8, 1))
        #expect(Set([windows(8, 1), windows(4, 1), windows(24, 1), windows(8, 0.5)]).count == 4)
    }

    @Test("passing over draws equals drawing them")
    func skips() {
        let mixture = mixture((7, 1), (5, 2.5), (3, 0.3))
        let whole = draws(mixture, 60)
        for skipped in [0, 1, 17, 40] {
            var order = TrainingMixture.Order(mixture, seed: 1, shuffle: true)
            order.skip(skipped)
            let rest = (skipped..<60).map { _ in order.next() }
            #expect(rest.map(\.part) == whole[skipped...].map(\.part))
            #expect(rest.map(\.sequence) == whole[skipped...].map(\.sequence))
        }
    }
}
