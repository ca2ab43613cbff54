import Kernels
import Models
import Tensors

/// Reads tokens off a model at chosen positions: for each layer through the lens, and at the end
/// through the model's own unembedding.
package struct LayerReadout {
    let model: LanguageModel
    let lens: Lens

    package init(model: LanguageModel, lens: Lens) {
        self.model = model
        self.lens = lens
    }

    /// Rows of the unembedding.
    var vocabSize: Int { model.configuration.vocabSize }

    /// Predictions of `targets[i]` at the last position of `prompts[i]`.
    ///
    /// - Parameter progress: called with the number of prompts that the model has read.
    /// - Returns: `[n_layers + 1][prompt]`: row `i` is layer `i`'s lens, the last row the model's
    ///   own output.
    package func lastPositionPredictions(
        prompts: [[Int32]], targets: [Int], progress: (Int) -> Void
    ) throws -> [[TokenPrediction]] {
        let states = try lastPositionStates(prompts, progress)
        return LensReadout(lens, of: model).read(
            states, layers: Array(0...lens.layerCount), targets: targets,
            asking: [.logProbability, .rank]
        ).map(\.vocabulary.predictions)
    }

    /// The stream after every block at the last position of every prompt,
    /// `[n_layers, prompt, d_model]`.
    private func lastPositionStates(
        _ prompts: [[Int32]], _ progress: (Int) -> Void
    ) throws -> Tensor {
        let states = Tensor(lens.layerCount, prompts.count, lens.dModel)
        for range in batches(prompts) {
            let batch = TokenBatch(prompts[range].map { $0 })
            var hooks = Hooks()
            for layer in 0..<lens.layerCount {
                hooks.add(.residPost(block: layer)) { stream in
                    for (prompt, row) in zip(range, batch.lastRows) {
                        states[layer][prompt].assign(stream[row])
                    }
                }
            }
            try model.run(batch, hooks: hooks)
            progress(range.upperBound)
        }
        return states
    }

    /// Runs of prompts with about 2,048 tokens each: enough for the projections to work at full
    /// rate.
    private func batches(_ prompts: [[Int32]]) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var start = 0
        var tokens = 0
        for (index, prompt) in prompts.enumerated() {
            if tokens > 0, tokens + prompt.count > 2048 {
                batches.append(start..<index)
                (start, tokens) = (index, 0)
            }
            tokens += prompt.count
        }
        return start < prompts.count ? batches + [start..<prompts.count] : batches
    }
}
