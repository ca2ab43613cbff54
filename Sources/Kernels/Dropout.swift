import Tensors

/// Multiplies each element of `x` by 0 with `probability`, else by `1 / (1 − probability)`, so that
/// its mean over all masks stays what it is (Srivastava et al. 2014, "Dropout", section 4).
///
/// What happens to an element depends on `key`, `stream` and its index alone: number
/// `stream · 2⁴⁰ + index` of a generator that has a counter for its state, so that threads and order
/// change nothing and the same call makes the same mask again.
///
/// - Parameters:
///   - x: contiguous.
///   - key: odd, with bits that look random.
/// - SeeAlso: Widynski 2020, "Squares: a fast counter-based RNG", arXiv:2004.06278, `squares32`.
package func dropOut(_ x: Tensor, probability: Double, key: UInt64, stream: Int) {
    let x = x.matrix
    precondition((0..<1).contains(probability), "dropout with probability \(probability)")
    precondition(x.stride == x.columns && key & 1 == 1 && stream >= 0, "stream \(stream), \(key)")
    let threshold = UInt32(probability * 0x1p32)
    let scale = Float(1 / (1 - probability))
    parallelRanges(x.rows * x.columns, grain: 4096) { range in
        for index in range {
            let counter = UInt64(stream) << 40 | UInt64(index)
            x.pointer[index] *= squares32(counter, key: key) < threshold ? 0 : scale
        }
    }
}

private func squares32(_ counter: UInt64, key: UInt64) -> UInt32 {
    func swapped(_ x: UInt64) -> UInt64 { x >> 32 | x << 32 }
    let y = counter &* key
    let z = y &+ key
    var x = y
    x = swapped(x &* x &+ y)
    x = swapped(x &* x &+ z)
    x = swapped(x &* x &+ y)
    return UInt32((x &* x &+ z) >> 32)
}
