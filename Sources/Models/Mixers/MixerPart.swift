/// One axis of a value.
package struct ValueAxis: Hashable, Sendable, CustomStringConvertible {
    /// In the words of checkpoints: `d_model`, `n_heads`.
    package let name: String
    package let count: Int

    init(_ name: String, _ count: Int) { (self.name, self.count) = (name, count) }

    package var description: String { "\(name) \(count)" }
}

/// A place inside a mixer. Mixers declare theirs (`MixerConfiguration.hookPoints`); those that mean the
/// same in several have one name.
package struct MixerPart: Hashable, Sendable {
    /// What the first axis of a value counts.
    package enum Axis: Sendable {
        /// The positions of all sequences, one below the other.
        case positions
        case sequences
        /// Neither: the value is a parameter, or made of some. Of `A` and `D` hooks get a copy.
        case parameters
    }

    /// In TransformerLens's spelling.
    package let name: String
    package let axis: Axis
    /// What the value is, for people, in one line.
    package let meaning: String
    /// Whether the scan reads or gives the value, so that `A` and `D` are needed to do it again.
    package let isOfScan: Bool

    init(_ name: String, axis: Axis = .positions, isOfScan: Bool = false, _ meaning: String) {
        self.name = name
        self.axis = axis
        self.isOfScan = isOfScan
        self.meaning = meaning
    }

    package static let inProj = MixerPart(
        "in_proj.hook_out",
        "in_proj's output, nothing done to it yet: Mamba-2 [z, x, B, C, dt], Mamba-1 [x, z]")
    package static let z = MixerPart("hook_z", "the gate, before SiLU")
    package static let conv1d = MixerPart(
        "conv1d.hook_out", "after conv1d and SiLU: Mamba-2 [x, B, C], Mamba-1 x")
    package static let x = MixerPart(
        "hook_x", isOfScan: true, "what enters the state, after conv1d and SiLU, not yet times dt")
    package static let B = MixerPart("hook_B", isOfScan: true, "how x is written into the state")
    package static let C = MixerPart("hook_C", isOfScan: true, "how the state is read")
    package static let dt = MixerPart(
        "hook_dt", isOfScan: true,
        "the step as the scan takes it: after bias, softplus and clamp")
    package static let A = MixerPart(
        "hook_A", axis: .parameters, "−exp(A_log): one step keeps exp(dt A) of the state")
    package static let D = MixerPart(
        "hook_D", axis: .parameters, "the skip weight: D x goes past the state")
    package static let ssmOut = MixerPart(
        "hook_ssm_out", isOfScan: true,
        "the scan's output S C + D x, with the skip, before the gate")
    package static let finalState = MixerPart(
        "hook_final_state", axis: .sequences, isOfScan: true, "the state S after the last position")
    package static let innerNorm = MixerPart(
        "inner_norm.hook_out", "the scan's output times silu(z), normed")
    package static let outProj = MixerPart("out_proj.hook_out", "what the mixer gives")
}
