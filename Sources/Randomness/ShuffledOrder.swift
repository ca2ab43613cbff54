/// The numbers `0..<count` in an order fixed by `seed`, the same on every machine.
///
/// - SeeAlso: Durstenfeld 1964, "Algorithm 235: Random permutation", doi:10.1145/364520.364540.
package func shuffledOrder(count: Int, seed: UInt64) -> [Int] {
    var generator = SplitMix64(seed: seed)
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
        order.swapAt(last, Int(generator.next(below: UInt64(last) + 1)))
    }
    return order
}
