/// A result in the form of the published evaluation script, which `PublishedTable` reads: for each
/// published label 1...N the sum and mean of the target's probability over all prompts.
///
/// - Parameter result: lists its prompts.
package func publishedText(_ result: BabilongResult) -> String {
    let layerCount = result.layers.count
    let prompts = result.prompts ?? []
    let rows = (1...layerCount).map { label in
        let values = prompts.compactMap { prompt in
            switch LayerAxis.position(publishedLabel: label, layerCount: layerCount) {
            case .lens(let blocks): prompt.probability?[blocks - 1]
            case .output: prompt.output?.probability
            }
        }
        let sum = values.reduce(0, +)
        let average = sum / Double(values.count)
        return "\(label): {'sum': \(sum), 'total': \(values.count), 'avg': \(average)}"
    }
    return "{" + rows.joined(separator: ", ") + "}\n"
}
