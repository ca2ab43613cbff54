/// What one block of a model is: its mixer, or the two of a differential block.
package struct BlockConfiguration: Sendable, Equatable {
    /// `stream += (1 − λ_init) · subln(mixer_1(u) − λ · mixer_2(u))` instead of `stream += mixer(u)`.
    package let isDifferential: Bool
    /// Of its mixer; of each of the two in a differential block.
    let mixer: any MixerConfiguration

    static func ordinary(_ mixer: some MixerConfiguration) -> BlockConfiguration {
        BlockConfiguration(isDifferential: false, mixer: mixer)
    }

    /// - Parameter half: of each of the two mixers.
    static func differential(_ half: some MixerConfiguration) -> BlockConfiguration {
        BlockConfiguration(isDifferential: true, mixer: half)
    }

    package static func == (one: BlockConfiguration, other: BlockConfiguration) -> Bool {
        one.isDifferential == other.isDifferential && one.mixer.isEqual(to: other.mixer)
    }

    /// The mixer's configuration if it is of this type.
    package func mixer<Configuration>(as type: Configuration.Type) -> Configuration? {
        mixer as? Configuration
    }

    /// What hook points and tensor names call the mixers: 1 and 2 in a differential block, else nil.
    package var mixerIndices: [Int?] { isDifferential ? [1, 2] : [nil] }

    package var mixerName: String { mixer.name }
    /// The mixer's dimensions and choices in words.
    package var description: String { mixer.description }
    /// See `ModelConfiguration.gatedNorm`.
    package var gatedNorm: String? { mixer.gatedNorm }
    /// See `MixerConfiguration.configurationKeys`.
    package var configurationKeys: [(key: String, value: String?)] { mixer.configurationKeys }

    /// Widths in words; those of both mixers of a differential block together.
    var sizes: String { mixer.sizes(count: mixerIndices.count) }

    /// Operations of the matrix products over one sequence; see
    /// `ModelConfiguration.forwardOperations(tokens:blocks:)`.
    func forwardOperations(tokens: Int) -> Double {
        Double(mixerIndices.count) * mixer.forwardOperations(tokens: tokens)
    }

    /// The hook points of the block at an index, in the order of the forward pass.
    func hookPoints(block: Int) -> [HookPoint] {
        let inside = mixerIndices.flatMap { index in
            mixer.hookPoints.map { HookPoint.mixer($0.part, block: block, index: index) }
        }
        let between: [HookPoint] =
            isDifferential
            ? [.lambda(block: block), .difference(block: block), .subln(block: block)] : []
        return [.residPre(block: block), .normed(block: block)] + inside + between
            + [.residPost(block: block)]
    }

    /// Axes of the value at a place inside the mixer; see `MixerConfiguration.hookPoints`.
    func axes(of part: MixerPart) -> [ValueAxis] {
        mixer.hookPoints.first { $0.part == part }?.axes ?? []
    }
}
