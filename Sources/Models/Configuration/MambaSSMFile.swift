/// A configuration of mamba_ssm, which has no `model_type`: Mamba-1 or Mamba-2.
struct MambaSSMFile: ConfigurationReader {
    var dModel, dIntermediate, nLayer, vocabSize, padVocabSizeMultiple, gatedNormGroups: Int?
    var attnLayerIdx: [Int]?
    var tieEmbeddings, rmsNorm: Bool?
    var ssmCfg: SSM?

    struct SSM: Decodable {
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
        case dModel = "d_model"
        case dIntermediate = "d_intermediate"
        case nLayer = "n_layer"
        case vocabSize = "vocab_size"
        case padVocabSizeMultiple = "pad_vocab_size_multiple"
        case gatedNormGroups = "gated_norm_groups"
        case attnLayerIdx = "attn_layer_idx"
        case tieEmbeddings = "tie_embeddings"
        case rmsNorm = "rms_norm"
        case ssmCfg = "ssm_cfg"
    }

    func configuration(_ check: ConfigurationCheck) throws -> ModelConfiguration {
        let dModel = try check.required(dModel, "d_model")
        if let width = dIntermediate, width != 0 {
            throw check.unsupported("d_intermediate", "\(width)", "0 (no MLP blocks)")
        }
        if let attention = attnLayerIdx, !attention.isEmpty {
            throw check.unsupported("attn_layer_idx", "\(attention)", "[] (no attention blocks)")
        }
        if rmsNorm == false { throw check.unsupported("rms_norm", "false", "true") }
        let vocab = try check.size(vocabSize, default: 50277, "vocab_size")
        let multiple = try check.size(
            padVocabSizeMultiple, default: 8, "pad_vocab_size_multiple")
        let layer = ssmCfg?.layer ?? "Mamba1"
        let block =
            switch layer {
            case "Mamba1": BlockConfiguration.ordinary(try mamba1(dModel, check))
            case "Mamba2": BlockConfiguration.ordinary(try mamba2(dModel, check))
            default: throw check.unsupported("ssm_cfg.layer", layer, "Mamba1, Mamba2")
            }
        let nLayers = try check.required(nLayer, "n_layer")
        return ModelConfiguration(
            layout: .mambaSSM, dModel: dModel,
            vocabSize: (vocab + multiple - 1) / multiple * multiple, epsilon: 1e-5,
            tieEmbeddings: tieEmbeddings ?? true,
            blocks: Array(repeating: block, count: nLayers))
    }

    private func mamba1(_ dModel: Int, _ check: ConfigurationCheck) throws -> Mamba1Configuration {
        let mixer = Mamba1Configuration(
            dModel: dModel,
            dInner: try check.expansion(ssmCfg?.expand, "ssm_cfg.expand") * dModel,
            dState: try check.size(ssmCfg?.dState, default: 16, "ssm_cfg.d_state"),
            convKernel: try check.size(ssmCfg?.dConv, default: 4, "ssm_cfg.d_conv"),
            dtRank: try check.rank(ssmCfg?.dtRank, dModel: dModel, "ssm_cfg.dt_rank"),
            useBias: ssmCfg?.bias ?? false, useConvBias: ssmCfg?.convBias ?? true)
        try check.requireConvolution(mixer.convKernel)
        return mixer
    }

    private func mamba2(_ dModel: Int, _ check: ConfigurationCheck) throws -> Mamba2Configuration {
        let ssm = ssmCfg
        let dInner = try check.expansion(ssm?.expand, "ssm_cfg.expand") * dModel
        if let dSsm = ssm?.dSsm, dSsm != dInner {
            throw check.unsupported(
                "ssm_cfg.d_ssm", "\(dSsm)", "\(dInner), the whole inner width")
        }
        if ssm?.normBeforeGate == true {
            throw check.unsupported("ssm_cfg.norm_before_gate", "true", "false")
        }
        if ssm?.rmsnorm == false { throw check.unsupported("ssm_cfg.rmsnorm", "false", "true") }
        if ssm?.DHasHdim == true {
            throw check.unsupported("ssm_cfg.D_has_hdim", "true", "false")
        }
        let nGroups = try check.size(ssm?.ngroups, default: 1, "ssm_cfg.ngroups")
        let mixer = Mamba2Configuration(
            dModel: dModel, dInner: dInner,
            headDim: try check.size(ssm?.headdim, default: 64, "ssm_cfg.headdim"),
            dState: try check.size(ssm?.dState, default: 128, "ssm_cfg.d_state"),
            nGroups: nGroups,
            convKernel: try check.size(ssm?.dConv, default: 4, "ssm_cfg.d_conv"),
            useBias: ssm?.bias ?? false, useConvBias: ssm?.convBias ?? true,
            dtLimit: try check.limits(ssm?.dtLimit, "ssm_cfg.dt_limit"),
            innerNormGroups: try check.normGroups(gatedNormGroups, nGroups: nGroups))
        try check.requireHeads(of: mixer, isHalved: false)
        try check.requireConvolution(mixer.convKernel)
        return mixer
    }
}
