import Base
import Foundation

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
        let file = try decodeJSON(ConfigurationFile.self, from: path)
        let checked = CheckedConfiguration(path: path, file: file)
        // Files converted from mamba_ssm may keep its keys beside Hugging Face's, which then count.
        let isMambaSSM = file.modelType == nil && file.dModel != nil
        self = try isMambaSSM ? checked.mambaSSM() : checked.huggingFace()
        if wholeWidthNorm { mixer.innerNormGroups = 1 }
    }
}

/// The keys of both spellings; every one may be absent.
private struct ConfigurationFile: Decodable {
    // Hugging Face
    var modelType: String?
    var hiddenSize, numHiddenLayers, vocabSize, stateSize, headDim, numHeads, expand: Int?
    var nGroups, convKernel, intermediateSize, gatedNormGroups: Int?
    var timeStepRank: IntegerOrString?
    var layerNormEpsilon: Double?
    var useBias, useConvBias, rmsNorm, tieWordEmbeddings, diffmamba: Bool?
    var hiddenAct: String?
    var timeStepLimit: [Double]?
    var diffmambaSettings: IntegerOrString?
    // mamba_ssm
    var dModel, dIntermediate, nLayer, padVocabSizeMultiple: Int?
    var attnLayerIdx: [Int]?
    var tieEmbeddings: Bool?
    var ssmCfg: SSMConfiguration?

    struct SSMConfiguration: Decodable {
        var layer: String?
        var dState, dConv, expand, headdim, ngroups, dSsm: Int?
        var dtRank: IntegerOrString?
        var bias, convBias, normBeforeGate, rmsnorm, DHasHdim: Bool?
        var dtLimit: [Double]?

        enum CodingKeys: String, CodingKey {
            case layer, expand, headdim, ngroups, bias, rmsnorm
            case dState = "d_state"
            case dConv = "d_conv"
            case dSsm = "d_ssm"
            case dtRank = "dt_rank"
            case convBias = "conv_bias"
            case normBeforeGate = "norm_before_gate"
            case DHasHdim = "D_has_hdim"
            case dtLimit = "dt_limit"
        }
    }

    enum CodingKeys: String, CodingKey {
        case expand, diffmamba
        case modelType = "model_type"
        case hiddenSize = "hidden_size"
        case numHiddenLayers = "num_hidden_layers"
        case vocabSize = "vocab_size"
        case stateSize = "state_size"
        case headDim = "head_dim"
        case numHeads = "num_heads"
        case nGroups = "n_groups"
        case convKernel = "conv_kernel"
        case gatedNormGroups = "gated_norm_groups"
        case intermediateSize = "intermediate_size"
        case timeStepRank = "time_step_rank"
        case layerNormEpsilon = "layer_norm_epsilon"
        case useBias = "use_bias"
        case useConvBias = "use_conv_bias"
        case rmsNorm = "rms_norm"
        case tieWordEmbeddings = "tie_word_embeddings"
        case hiddenAct = "hidden_act"
        case timeStepLimit = "time_step_limit"
        case diffmambaSettings = "diffmamba_settings"
        case dModel = "d_model"
        case dIntermediate = "d_intermediate"
        case nLayer = "n_layer"
        case padVocabSizeMultiple = "pad_vocab_size_multiple"
        case attnLayerIdx = "attn_layer_idx"
        case tieEmbeddings = "tie_embeddings"
        case ssmCfg = "ssm_cfg"
    }
}

/// `"auto"` or 16; `"quarter"` or 12.
private enum IntegerOrString: Decodable, CustomStringConvertible {
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

/// Turns the keys into a configuration, or says which one is wrong.
private struct CheckedConfiguration {
    let path: String
    let file: ConfigurationFile

    func huggingFace() throws -> ModelConfiguration {
        guard let type = file.modelType else { throw missing("model_type") }
        switch type {
        case "mamba": return try huggingFaceMamba1()
        case "mamba2": return try huggingFaceMamba2()
        default: throw unsupported("model_type", type, "mamba, mamba2 (Diff-Mamba-2 included)")
        }
    }

    private func huggingFaceMamba2() throws -> ModelConfiguration {
        try requireSiLU()
        // transformers writes a key rms_norm too and norms whatever it says.
        let dModel = try required(file.hiddenSize, "hidden_size")
        let nGroups = try size(file.nGroups, default: 8, "n_groups")
        let shape = MixerShape(
            dModel: dModel,
            dInner: try expansion(file.expand, "expand") * dModel,
            headDim: try size(file.headDim, default: 64, "head_dim"),
            dState: try size(file.stateSize, default: 128, "state_size"),
            nGroups: nGroups,
            convKernel: try size(file.convKernel, default: 4, "conv_kernel"),
            dtRank: 0,
            useBias: file.useBias ?? false,
            useConvBias: file.useConvBias ?? true,
            dtLimit: try limits(file.timeStepLimit, "time_step_limit"),
            innerNormGroups: try normGroups(nGroups))
        let heads = try size(file.numHeads, default: 128, "num_heads")
        guard heads * shape.headDim == shape.dInner else {
            throw ModelError.invalidValue(
                path: path, key: "num_heads", found: "\(heads)",
                expected: "expand · hidden_size / head_dim = \(shape.dInner)/\(shape.headDim)")
        }
        let placement = try differentialPlacement()
        return try checked(
            ModelConfiguration(
                family: placement == nil ? .mamba2 : .diffMamba2,
                layout: .huggingFace,
                dModel: dModel,
                nLayers: try required(file.numHiddenLayers, "num_hidden_layers"),
                vocabSize: try size(file.vocabSize, default: 32768, "vocab_size"),
                epsilon: try epsilon(),
                tieEmbeddings: file.tieWordEmbeddings ?? false,
                mixer: shape,
                placement: placement))
    }

    private func huggingFaceMamba1() throws -> ModelConfiguration {
        try requireSiLU()
        let dModel = try required(file.hiddenSize, "hidden_size")
        let expand = try expansion(file.expand, "expand")
        return try checked(
            ModelConfiguration(
                family: .mamba1,
                layout: .huggingFace,
                dModel: dModel,
                nLayers: try required(file.numHiddenLayers, "num_hidden_layers"),
                vocabSize: try size(file.vocabSize, default: 50280, "vocab_size"),
                epsilon: try epsilon(),
                tieEmbeddings: file.tieWordEmbeddings ?? true,
                mixer: mamba1Shape(
                    dModel: dModel,
                    dInner: try size(
                        file.intermediateSize, default: expand * dModel, "intermediate_size"),
                    dState: try size(file.stateSize, default: 16, "state_size"),
                    convKernel: try size(file.convKernel, default: 4, "conv_kernel"),
                    dtRank: try rank(file.timeStepRank, dModel: dModel, "time_step_rank"),
                    useBias: file.useBias ?? false, useConvBias: file.useConvBias ?? true)))
    }

    func mambaSSM() throws -> ModelConfiguration {
        let dModel = try required(file.dModel, "d_model")
        if let width = file.dIntermediate, width != 0 {
            throw unsupported("d_intermediate", "\(width)", "0 (no MLP blocks)")
        }
        if let attention = file.attnLayerIdx, !attention.isEmpty {
            throw unsupported("attn_layer_idx", "\(attention)", "[] (no attention blocks)")
        }
        if file.rmsNorm == false { throw unsupported("rms_norm", "false", "true") }
        let vocab = try size(file.vocabSize, default: 50277, "vocab_size")
        let multiple = try size(file.padVocabSizeMultiple, default: 8, "pad_vocab_size_multiple")
        let layer = file.ssmCfg?.layer ?? "Mamba1"
        guard layer == "Mamba1" || layer == "Mamba2" else {
            throw unsupported("ssm_cfg.layer", layer, "Mamba1, Mamba2")
        }
        return try checked(
            ModelConfiguration(
                family: layer == "Mamba1" ? .mamba1 : .mamba2,
                layout: .mambaSSM,
                dModel: dModel,
                nLayers: try required(file.nLayer, "n_layer"),
                vocabSize: (vocab + multiple - 1) / multiple * multiple,
                epsilon: 1e-5,
                tieEmbeddings: file.tieEmbeddings ?? true,
                mixer: layer == "Mamba1" ? mambaSSM1(dModel) : mambaSSM2(dModel)))
    }

    private func mambaSSM2(_ dModel: Int) throws -> MixerShape {
        let ssm = file.ssmCfg
        let dInner = try expansion(ssm?.expand, "ssm_cfg.expand") * dModel
        if let dSsm = ssm?.dSsm, dSsm != dInner {
            throw unsupported("ssm_cfg.d_ssm", "\(dSsm)", "\(dInner), the whole inner width")
        }
        if ssm?.normBeforeGate == true {
            throw unsupported("ssm_cfg.norm_before_gate", "true", "false")
        }
        if ssm?.rmsnorm == false { throw unsupported("ssm_cfg.rmsnorm", "false", "true") }
        if ssm?.DHasHdim == true { throw unsupported("ssm_cfg.D_has_hdim", "true", "false") }
        let nGroups = try size(ssm?.ngroups, default: 1, "ssm_cfg.ngroups")
        return MixerShape(
            dModel: dModel, dInner: dInner,
            headDim: try size(ssm?.headdim, default: 64, "ssm_cfg.headdim"),
            dState: try size(ssm?.dState, default: 128, "ssm_cfg.d_state"),
            nGroups: nGroups,
            convKernel: try size(ssm?.dConv, default: 4, "ssm_cfg.d_conv"),
            dtRank: 0, useBias: ssm?.bias ?? false, useConvBias: ssm?.convBias ?? true,
            dtLimit: try limits(ssm?.dtLimit, "ssm_cfg.dt_limit"),
            innerNormGroups: try normGroups(nGroups))
    }

    private func normGroups(_ nGroups: Int) throws -> Int {
        let groups = file.gatedNormGroups ?? nGroups
        guard groups == 1 || groups == nGroups else {
            throw ModelError.invalidValue(
                path: path, key: "gated_norm_groups", found: "\(groups)",
                expected: "1, a norm over all channels, or n_groups \(nGroups)")
        }
        return groups
    }

    private func mambaSSM1(_ dModel: Int) throws -> MixerShape {
        let ssm = file.ssmCfg
        return mamba1Shape(
            dModel: dModel,
            dInner: try expansion(ssm?.expand, "ssm_cfg.expand") * dModel,
            dState: try size(ssm?.dState, default: 16, "ssm_cfg.d_state"),
            convKernel: try size(ssm?.dConv, default: 4, "ssm_cfg.d_conv"),
            dtRank: try rank(ssm?.dtRank, dModel: dModel, "ssm_cfg.dt_rank"),
            useBias: ssm?.bias ?? false, useConvBias: ssm?.convBias ?? true)
    }

    private func mamba1Shape(
        dModel: Int, dInner: Int, dState: Int, convKernel: Int, dtRank: Int, useBias: Bool,
        useConvBias: Bool
    ) -> MixerShape {
        MixerShape(
            dModel: dModel, dInner: dInner, headDim: 1, dState: dState, nGroups: 1,
            convKernel: convKernel, dtRank: dtRank, useBias: useBias, useConvBias: useConvBias,
            dtLimit: 0...Float.infinity, innerNormGroups: 1)
    }

    private func differentialPlacement() throws -> DifferentialPlacement? {
        guard file.diffmamba == true else { return nil }
        let setting = file.diffmambaSettings?.description ?? "alternate"
        guard let placement = DifferentialPlacement(setting) else {
            throw unsupported("diffmamba_settings", setting, "all, alternate, quarter, a number")
        }
        return placement
    }

    private func checked(_ configuration: ModelConfiguration) throws -> ModelConfiguration {
        let shape = configuration.mixer
        guard shape.dInner % shape.headDim == 0, shape.nHeads % shape.nGroups == 0 else {
            throw ModelError.invalidValue(
                path: path, key: "n_groups", found: "\(shape.nGroups)",
                expected: "a divisor of the \(counted(shape.nHeads, "head")) of \(shape.headDim)")
        }
        guard shape.dInner % shape.nGroups == 0 else {
            throw ModelError.invalidValue(
                path: path, key: "n_groups", found: "\(shape.nGroups)",
                expected: "a divisor of the \(shape.dInner) channels")
        }
        guard shape.convKernel <= Self.widestConvolution else {
            throw ModelError.invalidValue(
                path: path, key: "conv_kernel", found: "\(shape.convKernel)",
                expected: "1 to \(Self.widestConvolution)")
        }
        if configuration.placement != nil {
            let half = configuration.differentialMixer
            guard shape.headDim % 2 == 0, half.dInner % half.headDim == 0,
                half.nHeads % half.nGroups == 0
            else {
                throw ModelError.invalidValue(
                    path: path, key: "head_dim", found: "\(shape.headDim)",
                    expected: "twice a divisor of hidden_size \(configuration.dModel)")
            }
        }
        return configuration
    }

    /// Positions that a causal convolution may look at; released models have 4.
    private static let widestConvolution = 256

    private func requireSiLU() throws {
        if let activation = file.hiddenAct, activation != "silu", activation != "swish" {
            throw unsupported("hidden_act", activation, "silu")
        }
    }

    private func epsilon() throws -> Float {
        let epsilon = file.layerNormEpsilon ?? 1e-5
        guard epsilon > 0, epsilon < 1 else {
            throw ModelError.invalidValue(
                path: path, key: "layer_norm_epsilon", found: "\(epsilon)",
                expected: "a small positive number")
        }
        return Float(epsilon)
    }

    private func limits(_ values: [Double]?, _ key: String) throws -> ClosedRange<Float> {
        let values = values ?? [0, .infinity]
        guard values.count == 2, values[0] <= values[1] else {
            throw ModelError.invalidValue(
                path: path, key: key, found: "\(values)", expected: "[smallest, largest]")
        }
        return Float(values[0])...Float(values[1])
    }

    private func rank(_ value: IntegerOrString?, dModel: Int, _ key: String) throws -> Int {
        switch value {
        case nil, .string("auto"): return (dModel + 15) / 16
        case .integer(let number): return try size(number, default: 0, key)
        case .string(let text):
            throw ModelError.invalidValue(
                path: path, key: key, found: text, expected: "a number or auto")
        }
    }

    private func required(_ value: Int?, _ key: String) throws -> Int {
        guard let value else { throw missing(key) }
        return try size(value, default: 0, key)
    }

    /// A dimension: positive, and small enough that products of a few cannot overflow.
    private func size(_ value: Int?, default fallback: Int, _ key: String) throws -> Int {
        let value = value ?? fallback
        guard (1...1 << 20).contains(value) else {
            throw ModelError.invalidValue(
                path: path, key: key, found: "\(value)", expected: "1 to \(1 << 20)")
        }
        return value
    }

    private func expansion(_ value: Int?, _ key: String) throws -> Int {
        guard (1...64).contains(value ?? 2) else {
            throw ModelError.invalidValue(
                path: path, key: key, found: "\(value ?? 2)", expected: "1 to 64")
        }
        return value ?? 2
    }

    private func missing(_ key: String) -> ModelError {
        .missingKey(path: path, key: key)
    }

    private func unsupported(_ key: String, _ found: String, _ supported: String) -> ModelError {
        .unsupported(path: path, key: key, found: found, supported: supported)
    }
}
