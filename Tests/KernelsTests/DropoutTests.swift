import Kernels
import Tensors
import Testing

@Suite struct DropoutTests {
    private func mask(
        key: UInt64 = 0x9E37_79B9_7F4A_7C15, stream: Int = 3, probability: Double = 0.2
    ) -> [Float] {
        let x = Tensor(200, 300)
        x.fill(1)
        withExtendedLifetime(x) {
            dropOut(x, probability: probability, key: key, stream: stream)
        }
        return x.values
    }

    @Test("so many elements fall out, and the mean stays", arguments: [0.05, 0.2, 0.5, 0.9])
    func share(probability: Double) {
        let mask = mask(probability: probability)
        let deviation = (probability * (1 - probability) / 60_000).squareRoot()
        let zeros = Double(mask.count { $0 == 0 }) / 60_000
        #expect(abs(zeros - probability) < 4 * deviation)
        #expect(Set(mask) == [0, Float(1 / (1 - probability))])
        // Neighbours in a row and in a column fall out independently.
        for lag in [1, 300] {
            let both = zip(mask, mask.dropFirst(lag)).count { $0 == 0 && $1 == 0 }
            let expected = probability * probability
            let spread = (expected * (1 - expected) / 60_000).squareRoot()
            #expect(abs(Double(both) / Double(60_000 - lag) - expected) < 5 * spread)
        }
    }

    @Test("a mask is fixed by key and stream, not by the number of threads")
    func reproducible() {
        let one = withThreads(1) { mask() }
        #expect(withThreads(3) { mask() } == one)
        for other in [mask(stream: 4), mask(key: 0x9E37_79B9_7F4A_7C17)] {
            let equal = Double(zip(one, other).count { $0 == $1 }) / 60_000
            // Independent masks agree where both or neither drop: 0.2² + 0.8².
            #expect(abs(equal - 0.68) < 0.01)
        }
    }
}
