import Results

/// A result in the form of the published evaluation script, which `PublishedTable` reads: for each
/// published label 1...N the sum and mean of the target's probability over all prompts.
package func publishedText(_ result: BabilongResult) -> String {
    let layerCount = result.layers.count
    let rows = (1...layerCount).map { label in
        let sum = result.prompts.reduce(0.0) { sum, prompt in
            switch LayerAxis.position(publishedLabel: label, layerCount: layerCount) {
            case .lens(let blocks): sum + prompt.probability[blocks - 1]
            case .output: sum + prompt.output.probability
            }
        }
        let average = sum / Double(result.count)
        return "\(label): {'sum': \(sum), 'total': \(result.count), 'avg': \(average)}"
    }
    return "{" + rows.joined(separator: ", ") + "}\n"
}
