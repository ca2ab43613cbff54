/// `model_type` `mamba2`: Mamba-2 in Hugging Face's layout, and Diff-Mamba-2, which has two keys more.
struct Mamba2File: ConfigurationReader {
    var hiddenSize, numHiddenLayers, vocabSize, stateSize, headDim, numHeads, expand: Int?
    var nGroups, convKernel, gatedNormGroups: Int?
    var layerNormEpsilon: Double?
    // transformers writes a key rms_norm too and norms whatever it says.
    var useBias, useConvBias, tieWordEmbeddings, diffmamba: Bool?
    var hiddenAct: String?
    var timeStepLimit: [Double]?
    var diffmambaSettings: IntegerOrString?

    enum CodingKeys: String, CodingKey {
        case expand, diffmamba
        case hiddenSize = "hidden_size"
        case numHiddenLayers = "num_hidden_layers"
        case vocabSize = "vocab_size"
        case stateSize = "state_size"
        case headDim = "head_dim"
        case numHeads = "num_heads"
        case nGroups = "n_groups"
        case convKernel = "conv_kernel"
        case gatedNormGroups = "gated_norm_groups"
        case layerNormEpsilon = "layer_norm_epsilon"
        case useBias = "use_bias"
        case useConvBias = "use_conv_bias"
        case tieWordEmbeddings = "tie_word_embeddings"
        case hiddenAct = "hidden_act"
        case timeStepLimit = "time_step_limit"
        case diffmambaSettings = "diffmamba_settings"
    }

    func configuration(_ check: ConfigurationCheck) throws -> ModelConfiguration {
        try check.requireSiLU(hiddenAct)
        let dModel = try check.required(hiddenSize, "hidden_size")
        let nGroups = try check.size(nGroups, default: 8, "n_groups")
        let mixer = Mamba2Configuration(
            dModel: dModel,
            dInner: try check.expansion(expand, "expand") * dModel,
            headDim: try check.size(headDim, default: 64, "head_dim"),
            dState: try check.size(stateSize, default: 128, "state_size"),
            nGroups: nGroups,
            convKernel: try check.size(convKernel, default: 4, "conv_kernel"),
            useBias: useBias ?? false,
            useConvBias: useConvBias ?? true,
            dtLimit: try check.limits(timeStepLimit, "time_step_limit"),
            innerNormGroups: try check.normGroups(gatedNormGroups, nGroups: nGroups),
            epsilon: try check.epsilon(layerNormEpsilon))
        let heads = try check.size(numHeads, default: 128, "num_heads")
        guard heads * mixer.headDim == mixer.dInner else {
            throw check.invalid(
                "num_heads", "\(heads)",
                "expand · hidden_size / head_dim = \(mixer.dInner)/\(mixer.headDim)")
        }
        let placement = try placement(check)
        let nLayers = try check.required(numHiddenLayers, "num_hidden_layers")
        let vocabSize = try check.size(vocabSize, default: 32768, "vocab_size")
        try check.requireHeads(of: mixer, isHalved: placement != nil)
        try check.requireConvolution(mixer.convKernel)
        return ModelConfiguration(
            layout: .huggingFace, dModel: dModel, vocabSize: vocabSize, epsilon: mixer.epsilon,
            tieEmbeddings: tieWordEmbeddings ?? false,
            blocks: mixer.blocks(nLayers, placement))
    }

    private func placement(_ check: ConfigurationCheck) throws -> DifferentialPlacement? {
        guard diffmamba == true else { return nil }
        let setting = diffmambaSettings?.description ?? "alternate"
        guard let placement = DifferentialPlacement(setting) else {
            throw check.unsupported(
                "diffmamba_settings", setting, "all, alternate, quarter, a number")
        }
        return placement
    }
}
