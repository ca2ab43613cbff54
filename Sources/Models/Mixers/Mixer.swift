import Tensors

/// The dimensions and choices of the part of a block that mixes positions. It declares what the model
/// has to know of its mixer beside the passes: state, hook points, operations and parameters (where
/// `load` reads them).
///
/// A new mixer is a file with a configuration and a `Mixer`, and one with the backward pass.
protocol MixerConfiguration: Sendable, Equatable {
    /// As papers call it.
    var name: String { get }
    /// Dimensions and choices in words.
    var description: String { get }
    /// Widths in words, of `count` such mixers beside each other.
    func sizes(count: Int) -> String
    /// How its gated norm is taken, in words; nil where there is one way only.
    var gatedNorm: String? { get }
    /// What a `config.json` in Hugging Face's layout must say so that other programs read the same mixer;
    /// keys without a value must not be there.
    var configurationKeys: [(key: String, value: String?)] { get }
    /// The hook points inside, in the order in which the forward pass reaches them, and the axes of each
    /// value without the first one, if that counts positions or sequences.
    var hookPoints: [(part: MixerPart, axes: [ValueAxis])] { get }
    /// What the mixer carries from one position to the next, with the shape for each sequence.
    var state: [(part: StatePart, shape: [Int])] { get }

    /// Operations of the matrix products over one sequence; see
    /// `ModelConfiguration.forwardOperations(tokens:blocks:)`.
    func forwardOperations(tokens: Int) -> Double
    /// The mixer with the weights whose names begin with `prefix`, which it declares by reading them.
    func load(_ weights: WeightReader, prefix: String) throws -> any Mixer
}

extension MixerConfiguration {
    var gatedNorm: String? { nil }
    var configurationKeys: [(key: String, value: String?)] { [] }

    func isEqual(to other: any MixerConfiguration) -> Bool { self == other as? Self }
}

/// The part of a block that mixes positions.
protocol Mixer: Sendable {
    /// The values at the hook points that have the axis `parameters`.
    var parameters: [MixerPart: Tensor] { get }
    /// The mixer's output for normed input `u` `[pos, d_model]`, into `out` `[pos, d_model]`.
    ///
    /// Without `out` it ends before its last projection.
    func forward(_ u: Tensor, pass: MixerPass, into out: Tensor?) throws
    /// The gradient in `u` of what `forward` computed in `pass.forward`, for the gradient `dOut` of
    /// its output; adds the gradients of its parameters.
    ///
    /// - Parameters:
    ///   - u: what the mixer read; all `[pos, d_model]`.
    ///   - adding: whether `du` is added to or overwritten.
    func backward(
        _ u: Tensor, dOut: Tensor, pass: MixerBackwardPass, into du: Tensor, adding: Bool)
}

extension Mixer {
    var parameters: [MixerPart: Tensor] { [:] }
}

/// Values inside a mixer, and the gradients in them, that mean the same in several.
extension Buffers.Name {
    static let projected = Self("projected")
    static let convolved = Self("convolved")
    static let timeStep = Self("time_step")
    static let scanned = Self("scanned")
    static let gated = Self("gated")
    static let dProjected = Self("d_projected")
    static let dConvolved = Self("d_convolved")
    static let dStep = Self("d_step")
    static let dScanned = Self("d_scanned")
}
