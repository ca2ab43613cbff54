/// A sequence of 64-bit numbers fixed by a seed, the same on every machine.
///
/// The standard library's `SystemRandomNumberGenerator` has no seed, and its `shuffled(using:)`
/// may draw differently from one version to the next.
///
/// - SeeAlso: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators",
///   doi:10.1145/2660193.2660195, with the constants of S. Vigna's `splitmix64.c` (2015).
package struct SplitMix64 {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in `0..<bound`, each equally likely.
    ///
    /// - SeeAlso: Lemire 2019, "Fast random integer generation in an interval", arXiv:1805.10941,
    ///   algorithm 5.
    package mutating func next(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "no number is below 0")
        let unfair = (0 &- bound) % bound
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= unfair { return product.high }
        }
    }
}
