import Kernels
import Models

// As the operations of a forward pass: what no implementation does without.

extension ModelConfiguration {
    /// Operations of a training step of the lens: for every position and layer the logits and the
    /// expected unembedding, `4 · vocab · d_model`, and the translator's product and its gradient,
    /// `4 · d_model²`; and for every position once more the former, for the label that serves all
    /// layers.
    package func lensStepOperations(positions: Int, layers: Int) -> Double {
        let vocabularyPass = 4 * vocabSize * dModel
        let translator = 4 * dModel * dModel
        return Double(positions) * Double((layers + 1) * vocabularyPass + layers * translator)
    }

    /// Operations of a lens's loss alone, for the label as well: half the passes over the vocabulary.
    func lensLossOperations(positions: Int) -> Double {
        let layer = 2 * vocabSize * dModel + 2 * dModel * dModel
        return Double(positions) * Double(nLayers * layer + 4 * vocabSize * dModel)
    }

    /// Operations of the second moments of every layer but the last with the last, for the closed form.
    func secondMomentOperations(tokens: Int) -> Double {
        Double(tokens) * Double((nLayers - 1) * 3 * dModel * dModel)
    }

    /// Operations of the orthogonalizations of one update by Muon.
    func muonOperations(layers: Int) -> Double {
        Double(layers) * lensOrthogonalization.operations(d: dModel)
    }
}

/// Of Muon's steps for translators: as good there as five iterations.
let lensOrthogonalization = Orthogonalization.short
