import Base

/// `config.json` of a lens, as Python's tuned-lens 0.2 reads and writes it.
package struct LensConfiguration: Codable, Sendable, Equatable {
    package let baseModelNameOrPath: String?
    package let dModel: Int
    package let numHiddenLayers: Int
    package let bias: Bool?
    package let unembedHash: String?
    package let lensType: String?

    enum CodingKeys: String, CodingKey {
        case bias
        case baseModelNameOrPath = "base_model_name_or_path"
        case dModel = "d_model"
        case numHiddenLayers = "num_hidden_layers"
        case unembedHash = "unembed_hash"
        case lensType = "lens_type"
    }

    /// Of translators with biases, for a model.
    package init(
        baseModelNameOrPath: String, dModel: Int, numHiddenLayers: Int, unembedHash: String
    ) {
        self.baseModelNameOrPath = baseModelNameOrPath
        self.dModel = dModel
        self.numHiddenLayers = numHiddenLayers
        self.unembedHash = unembedHash
        bias = true
        lensType = Self.linearTunedLens
    }

    /// The only kind there is.
    package static let linearTunedLens = "linear_tuned_lens"

    /// The keys in upstream's order, the null revision included.
    package var text: String {
        get throws {
            func json(_ value: some Encodable) throws -> String {
                String(decoding: try encodeJSON(value), as: UTF8.self)
            }
            return """
                {"base_model_name_or_path": \(try json(baseModelNameOrPath)), \
                "d_model": \(dModel), "num_hidden_layers": \(numHiddenLayers), \
                "bias": \(try json(bias)), "base_model_revision": null, \
                "unembed_hash": \(try json(unembedHash)), "lens_type": \(try json(lensType))}

                """
        }
    }
}
