/// `model_type` `mamba`, Mamba-1 in Hugging Face's layout, and `falcon_mamba`, which norms what selects.
struct Mamba1File: ConfigurationReader {
    var hiddenSize, numHiddenLayers, vocabSize, stateSize, expand, convKernel: Int?
    var intermediateSize: Int?
    var timeStepRank: IntegerOrString?
    var layerNormEpsilon, mixerRMSEpsilon: Double?
    var modelType: String?
    var useBias, useConvBias, tieWordEmbeddings: Bool?
    var hiddenAct: String?

    enum CodingKeys: String, CodingKey {
        case expand
        case hiddenSize = "hidden_size"
        case numHiddenLayers = "num_hidden_layers"
        case vocabSize = "vocab_size"
        case stateSize = "state_size"
        case convKernel = "conv_kernel"
        case intermediateSize = "intermediate_size"
        case timeStepRank = "time_step_rank"
        case layerNormEpsilon = "layer_norm_epsilon"
        case mixerRMSEpsilon = "mixer_rms_eps"
        case modelType = "model_type"
        case useBias = "use_bias"
        case useConvBias = "use_conv_bias"
        case tieWordEmbeddings = "tie_word_embeddings"
        case hiddenAct = "hidden_act"
    }

    func configuration(_ check: ConfigurationCheck) throws -> ModelConfiguration {
        try check.requireSiLU(hiddenAct)
        let dModel = try check.required(hiddenSize, "hidden_size")
        let nLayers = try check.required(numHiddenLayers, "num_hidden_layers")
        let vocabSize = try check.size(vocabSize, default: 50280, "vocab_size")
        let expand = try check.expansion(expand, "expand")
        let mixer = Mamba1Configuration(
            dModel: dModel,
            dInner: try check.size(
                intermediateSize, default: expand * dModel, "intermediate_size"),
            dState: try check.size(stateSize, default: 16, "state_size"),
            convKernel: try check.size(convKernel, default: 4, "conv_kernel"),
            dtRank: try check.rank(timeStepRank, dModel: dModel, "time_step_rank"),
            useBias: useBias ?? false, useConvBias: useConvBias ?? true,
            selectionEpsilon: modelType == "falcon_mamba"
                ? try check.epsilon(mixerRMSEpsilon, "mixer_rms_eps", default: 1e-6) : nil)
        try check.requireConvolution(mixer.convKernel)
        return ModelConfiguration(
            layout: .huggingFace, dModel: dModel, vocabSize: vocabSize,
            epsilon: try check.epsilon(layerNormEpsilon),
            tieEmbeddings: tieWordEmbeddings ?? true,
            blocks: Array(repeating: .ordinary(mixer), count: nLayers))
    }
}
