extension HookPoint {
    /// How many elements the value has in a pass over `positions` tokens of `sequences` sequences.
    package func elementCount(
        positions: Int, sequences: Int, _ configuration: ModelConfiguration
    ) -> Int {
        switch self {
        case .embed, .residPre, .residPost, .normed, .difference, .subln, .finalNorm:
            positions * configuration.dModel
        case .lambda: 1
        case .logits: positions * configuration.vocabSize
        case .mixer(let part, let block, _):
            part.elementCount(
                positions: positions, sequences: sequences,
                configuration.isDifferential(block)
                    ? configuration.differentialMixer : configuration.mixer,
                isMamba1: configuration.family == .mamba1)
        }
    }
}

extension MixerPart {
    fileprivate func elementCount(
        positions: Int, sequences: Int, _ shape: MixerShape, isMamba1: Bool
    ) -> Int {
        switch self {
        case .inProj: positions * (isMamba1 ? 2 * shape.dInner : shape.inProjRows)
        case .conv1d: positions * (isMamba1 ? shape.dInner : shape.convChannels)
        case .z, .x, .ssmOut, .innerNorm: positions * shape.dInner
        case .B, .C: positions * (isMamba1 ? 1 : shape.nGroups) * shape.dState
        case .dt: positions * (isMamba1 ? shape.dInner : shape.nHeads)
        case .finalState: sequences * shape.dInner * shape.dState
        case .outProj: positions * shape.dModel
        }
    }
}
