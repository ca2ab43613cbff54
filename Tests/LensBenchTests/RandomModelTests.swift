import Kernels
import LensBench
import Models
import Testing

struct RandomModelTests {
    private func stream(
        _ configuration: ModelConfiguration, seed: UInt64, ids: [Int32]
    ) throws -> [Float] {
        let stream = try randomModel(configuration, name: "random", seed: seed)
            .run(TokenBatch([ids]))
        return withExtendedLifetime(stream) { Array(stream.elements) }
    }

    @Test(
        "the stream of a deep model stays finite and of order one",
        arguments: [nil, DifferentialPlacement.all])
    func magnitude(placement: DifferentialPlacement?) throws {
        let configuration = ModelConfiguration.mamba2(
            dModel: 64, nLayers: 64, vocabSize: 300, dState: 16, headDim: 16, placement: placement)
        let ids = (0..<200).map { Int32($0 * 7 % 300) }
        let stream = try stream(configuration, seed: 1, ids: ids)
        let meanSquare = stream.reduce(0) { $0 + Double($1 * $1) } / Double(stream.count)
        #expect((1e-4..<1e4).contains(meanSquare))
    }

    @Test("a seed fixes the weights, another one changes them")
    func seeds() throws {
        let configuration = ModelConfiguration.mamba2(
            dModel: 64, nLayers: 2, vocabSize: 3000, dState: 16, headDim: 16)
        func weights(_ seed: UInt64) throws -> [Float] {
            let model = try randomModel(configuration, name: "random", seed: seed)
            return withExtendedLifetime(model) { Array(model.embeddings.elements) }
        }
        let first = try weights(1)
        #expect(try weights(1) == first)
        #expect(try weights(2) != first)
        // Pieces of 65,536 values have seeds of their own.
        #expect(first[..<1000] != first[65536..<66536])
        let mean = first.reduce(0.0) { $0 + Double($1) } / Double(first.count)
        let deviation =
            (first.reduce(0.0) { $0 + Double($1 * $1) } / Double(first.count)).squareRoot()
        // 192,000 draws: the mean's own deviation is 5e-5.
        #expect(abs(mean) < 3e-4)
        #expect(abs(deviation - 0.02) < 2e-4)
    }
}
