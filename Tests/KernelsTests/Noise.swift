import Tensors

/// Uniform numbers that the seed alone decides (Knuth's 64-bit linear congruence, upper bits).
struct Noise {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 2 &+ 1 }

    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }

    mutating func floats(_ count: Int, in range: ClosedRange<Double> = -1...1) -> [Float] {
        (0..<count).map { _ in
            Float(range.lowerBound + (range.upperBound - range.lowerBound) * next())
        }
    }

    mutating func tensor(_ shape: Int..., in range: ClosedRange<Double> = -1...1) -> Tensor {
        Tensor(floats(shape.reduce(1, *), in: range), shape: shape)
    }

    /// Multiples of 1/16 in -1...1: their products and short sums are exact in float32, so that
    /// what differs from float64 is not the product.
    mutating func coarseTensor(_ shape: Int...) -> Tensor {
        let count = shape.reduce(1, *)
        return Tensor(
            (0..<count).map { _ in Float((next() * 32 - 16).rounded()) / 16 }, shape: shape)
    }
}

extension Sequence<Float> {
    var doubles: [Double] { map(Double.init) }
}

extension Tensor {
    /// The rows in float64.
    var table: [[Double]] { values.table(columns: shape.last ?? 1) }
}

extension [Float] {
    func table(columns: Int) -> [[Double]] {
        stride(from: 0, to: count, by: columns).map { self[$0..<$0 + columns].doubles }
    }
}

extension [[Double]] {
    var flat: [Double] { Array<Double>(joined()) }
}
