import Base
import Checkpoints
import Foundation
import Tensors

/// The parameters of a model in memory of their own, where training changes them.
package struct Parameters: Sendable {
    package let configuration: ModelConfiguration
    /// In the order in which the model reads them.
    package let declarations: [ParameterDeclaration]
    /// For each declaration its name and value.
    package let named: [(name: String, value: Tensor)]

    /// - Parameter value: the first value of a parameter.
    package init(
        _ configuration: ModelConfiguration,
        value: (ParameterDeclaration) throws -> Tensor
    ) throws {
        self.configuration = configuration
        try Self.checkMemory(configuration)
        declarations = try configuration.parameters()
        named = try declarations.map { ($0.name, try value($0)) }
    }

    /// - Throws: `ModelError.tooLarge` for parameters that with gradients and AdamW's moments are more
    ///   than the machine's memory, before anything is made for them.
    private static func checkMemory(_ configuration: ModelConfiguration) throws {
        func bytes(_ blocks: [BlockConfiguration]) throws -> Double {
            var part = configuration
            part.blocks = blocks
            return try part.parameters().reduce(0) {
                $0 + 16 * $1.shape.reduce(1) { $0 * Double($1) }
            }
        }
        let none = try bytes([])
        var all = none
        var kinds: [(block: BlockConfiguration, bytes: Double)] = []
        for block in configuration.blocks {
            let known = kinds.first { $0.block == block }
            let kind = try known ?? (block, try bytes([block]) - none)
            if known == nil { kinds.append(kind) }
            all += kind.bytes
        }
        let memory = Double(ProcessInfo.processInfo.physicalMemory)
        guard all > memory else { return }
        throw ModelError.tooLarge(
            path: "config.json", bytes: Int(min(all, 1e18)), memory: Int(memory))
    }

    /// A copy of the model's parameters.
    package init(copying model: LanguageModel) throws {
        try self.init(model.configuration) { parameter in
            let (name, shape) = (parameter.name, parameter.shape)
            let isLegacy = name == embeddingName && model.checkpoint.contains(legacyEmbeddingName)
            return try model.checkpoint.float32(
                isLegacy ? legacyEmbeddingName : name, shape: shape
            ).copy()
        }
    }

    package var count: Int { named.reduce(0) { $0 + $1.value.count } }

    /// The model that these parameters make now. It shares their memory, but what is derived from
    /// a parameter (A, λ, turned taps) stays as it was when the model was made.
    ///
    /// - Parameter folder: what errors name.
    package func model(folder: String) throws -> LanguageModel {
        let tensors = named.map { ($0.name, StoredTensor($0.value)) }
        return try LanguageModel(
            folder: folder, configuration,
            Checkpoint(Dictionary(uniqueKeysWithValues: tensors), path: folder))
    }
}

/// The gradient of a loss in every parameter of a model.
package struct Gradients: Sendable {
    /// One for each of `Parameters.named`.
    package let tensors: [Tensor]
    /// Where the gradient of the parameter that begins at an address stands. A parameter that a
    /// model uses twice (a tied embedding) is one tensor and so has one gradient.
    private let places: [UInt: Int]

    /// Zeros.
    package init(for parameters: Parameters) {
        tensors = parameters.named.map { Tensor($0.value.shape) }
        places = Dictionary(
            uniqueKeysWithValues: parameters.named.enumerated().map {
                ($1.value.address, $0)
            })
    }

    /// Of a tensor of the model that `Parameters.model` made.
    subscript(parameter: Tensor) -> Tensor {
        guard let place = places[parameter.address] else {
            preconditionFailure("a tensor of \(parameter.shape) is no parameter of this model")
        }
        return tensors[place]
    }
}
