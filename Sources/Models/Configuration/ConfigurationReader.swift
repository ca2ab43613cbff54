import Base
import Checkpoints

/// The keys of a `config.json` of one kind, and what they say.
///
/// A new `model_type` is one such reader, in a file of its own, and its line in `readers`.
protocol ConfigurationReader: Decodable, SendableMetatype {
    /// - Throws: `ModelError` for what is not supported, missing or cannot be.
    func configuration(_ check: ConfigurationCheck) throws -> ModelConfiguration
}

/// The reader of each `model_type`.
private let readers: [String: any ConfigurationReader.Type] = [
    "mamba": Mamba1File.self,
    "falcon_mamba": Mamba1File.self,
    "mamba2": Mamba2File.self,
]

extension ModelConfiguration {
    /// Reads a `config.json` in Hugging Face's or mamba_ssm's spelling.
    ///
    /// - Parameter wholeWidthNorm: whether the gated norm of a Mamba-2 with several groups is over all
    ///   channels, as transformers before 5.23 had it, and not group by group, as mamba_ssm and
    ///   transformers since then do. The key `gated_norm_groups`, 1, says the same of a model that was
    ///   trained so.
    /// - Throws: `ModelError` for a family or option that is not supported, a key that is missing
    ///   or a number that cannot be; `FileError` if the file is not JSON.
    package init(path: String, wholeWidthNorm: Bool = false) throws {
        guard isNamed(path) else { throw ModelError.missingConfiguration(path: path) }
        let kind = try decodeJSON(Kind.self, from: path)
        let check = ConfigurationCheck(path: path, wholeWidthNorm: wholeWidthNorm)
        // Files converted from mamba_ssm may keep its keys beside Hugging Face's, which then count.
        guard let type = kind.modelType else {
            guard kind.dModel != nil else { throw check.missing("model_type") }
            self = try decodeJSON(MambaSSMFile.self, from: path).configuration(check)
            return
        }
        guard let reader = readers[type] else {
            throw check.unsupportedFamily(type, supported: readers.keys.sorted())
        }
        self = try decodeJSON(reader, from: path).configuration(check)
    }

    private struct Kind: Decodable {
        let modelType: String?
        let dModel: Int?

        enum CodingKeys: String, CodingKey {
            case modelType = "model_type"
            case dModel = "d_model"
        }
    }
}

/// `"auto"` or 16; `"quarter"` or 12.
enum IntegerOrString: Decodable, CustomStringConvertible {
    case integer(Int)
    case string(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .integer(number)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    var description: String {
        switch self {
        case .integer(let number): String(number)
        case .string(let text): text
        }
    }
}

/// What readers have in common: they take a key's value, or say what is wrong with it.
struct ConfigurationCheck {
    let path: String
    /// See `ModelConfiguration.init(path:wholeWidthNorm:)`.
    let wholeWidthNorm: Bool

    /// Positions that a causal convolution may look at; released models have 4.
    private static let widestConvolution = 256

    func requireSiLU(_ activation: String?) throws {
        if let activation, activation != "silu", activation != "swish" {
            throw unsupported("hidden_act", activation, "silu")
        }
    }

    func epsilon(
        _ value: Double?, _ key: String = "layer_norm_epsilon", default fallback: Double = 1e-5
    ) throws -> Float {
        let epsilon = value ?? fallback
        guard epsilon > 0, epsilon < 1 else {
            throw invalid(key, "\(epsilon)", "a small positive number")
        }
        return Float(epsilon)
    }

    func limits(_ values: [Double]?, _ key: String) throws -> ClosedRange<Float> {
        let values = values ?? [0, .infinity]
        guard values.count == 2, values[0] <= values[1] else {
            throw invalid(key, "\(values)", "[smallest, largest]")
        }
        return Float(values[0])...Float(values[1])
    }

    func rank(_ value: IntegerOrString?, dModel: Int, _ key: String) throws -> Int {
        switch value {
        case nil, .string("auto"): return (dModel + 15) / 16
        case .integer(let number): return try size(number, default: 0, key)
        case .string(let text): throw invalid(key, text, "a number or auto")
        }
    }

    func required(_ value: Int?, _ key: String) throws -> Int {
        guard let value else { throw missing(key) }
        return try size(value, default: 0, key)
    }

    /// A dimension: positive, and small enough that products of a few cannot overflow.
    func size(_ value: Int?, default fallback: Int, _ key: String) throws -> Int {
        let value = value ?? fallback
        guard (1...1 << 20).contains(value) else {
            throw invalid(key, "\(value)", "1 to \(1 << 20)")
        }
        return value
    }

    func expansion(_ value: Int?, _ key: String) throws -> Int {
        guard (1...64).contains(value ?? 2) else { throw invalid(key, "\(value ?? 2)", "1 to 64") }
        return value ?? 2
    }

    /// Parts of the inner norm, of the key `gated_norm_groups` if the file has it.
    func normGroups(_ value: Int?, nGroups: Int) throws -> Int {
        let groups = value ?? nGroups
        guard groups == 1 || groups == nGroups else {
            throw invalid(
                "gated_norm_groups", "\(groups)",
                "1, a norm over all channels, or n_groups \(nGroups)")
        }
        return wholeWidthNorm ? 1 : groups
    }

    func requireConvolution(_ width: Int) throws {
        guard width <= Self.widestConvolution else {
            throw invalid("conv_kernel", "\(width)", "1 to \(Self.widestConvolution)")
        }
    }

    /// - Parameter isHalved: whether some blocks are differential, with half the head dimension.
    func requireHeads(of mixer: Mamba2Configuration, isHalved: Bool) throws {
        guard mixer.dInner % mixer.headDim == 0, mixer.nHeads % mixer.nGroups == 0 else {
            throw invalid(
                "n_groups", "\(mixer.nGroups)",
                "a divisor of the \(counted(mixer.nHeads, "head")) of \(mixer.headDim)")
        }
        guard mixer.dInner % mixer.nGroups == 0 else {
            throw invalid(
                "n_groups", "\(mixer.nGroups)", "a divisor of the \(mixer.dInner) channels")
        }
        guard isHalved else { return }
        let half = mixer.half
        guard mixer.headDim % 2 == 0, half.dInner % half.headDim == 0,
            half.nHeads % half.nGroups == 0
        else {
            throw invalid(
                "head_dim", "\(mixer.headDim)",
                "twice a divisor of hidden_size \(mixer.dModel)")
        }
    }

    /// With the nearest of those supported, if one is near.
    func unsupportedFamily(_ type: String, supported: [String]) -> ModelError {
        let hint = closestName(to: type.lowercased(), among: supported).map {
            "; did you mean \($0)?"
        }
        return unsupported(
            "model_type", type,
            supported.joined(separator: ", ") + " (Diff-Mamba-2 is a mamba2)" + (hint ?? ""))
    }

    func missing(_ key: String) -> ModelError { .missingKey(path: path, key: key) }

    func invalid(_ key: String, _ found: String, _ expected: String) -> ModelError {
        .invalidValue(path: path, key: key, found: found, expected: expected)
    }

    func unsupported(_ key: String, _ found: String, _ supported: String) -> ModelError {
        .unsupported(path: path, key: key, found: found, supported: supported)
    }
}
