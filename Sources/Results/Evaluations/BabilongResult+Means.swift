import Base

extension BabilongResult {
    /// The means of one metric as they can be believed: by rising blocks, then of the output.
    ///
    /// - Parameter path: where the result comes from, for messages.
    /// - Throws: `ResultError` where the layers are not 1 to N, a value is none that the metric can have, or
    ///   the means are not those of the prompts that the result lists.
    package func means(
        of metric: LayerMetric, path: String
    ) throws -> [(position: LayerPosition, estimate: Estimate)] {
        try checkCount(path: path)
        guard !layers.isEmpty else { throw ResultError.noLayers(path: path) }
        guard layers.count <= LayerPosition.maximumCount else {
            throw ResultError.tooManyLayers(
                path: path, count: layers.count, limit: LayerPosition.maximumCount)
        }
        var means: [(position: LayerPosition, estimate: Estimate)] = []
        for (index, layer) in layers.sorted(by: { $0.blocks < $1.blocks }).enumerated() {
            guard layer.blocks == index + 1 else {
                throw ResultError.layersNotContiguous(
                    path: path, found: layer.blocks, expected: index + 1)
            }
            let place = "layer \(layer.blocks)"
            means.append(
                (.lens(blocks: layer.blocks), try mean(layer.row, metric, place, path: path)))
        }
        means.append((.output, try mean(output, metric, "the output", path: path)))
        try checkPrompts(means.map(\.estimate.mean), metric, path: path)
        return means
    }

    /// Whether what the prompts say of a metric is one number a layer.
    func checkLengths(_ metric: LayerMetric, path: String) throws {
        for (index, prompt) in (prompts ?? []).enumerated() {
            guard let values = prompt[metric], values.count != layers.count else { continue }
            throw ResultError.badValue(
                path: path, field: "'\(metric.key)' of prompt \(index + 1)",
                found: counted(values.count, "number"),
                expected: "one for each of \(counted(layers.count, "layer"))")
        }
    }

    private func checkCount(path: String) throws {
        guard let count else { return }
        let listed = max(1, prompts?.count ?? count)
        guard count != listed else { return }
        throw ResultError.badValue(
            path: path, field: "'count'", found: "\(count)",
            expected: count < 1 ? "1 or more" : "\(listed), as many as 'prompts' lists")
    }

    private func mean(
        _ row: Row, _ metric: LayerMetric, _ place: String, path: String
    ) throws -> Estimate {
        guard let estimate = row[metric] else {
            throw ResultError.metricMissing(path: path, metric: metric, place: place)
        }
        func check(_ value: Double, _ field: String) throws {
            guard metric.allows(value) else {
                throw ResultError.badValue(
                    path: path, field: field, found: "\(value)", expected: metric.range)
            }
        }
        let mean = estimate.mean
        try check(mean, "'\(metric.key).mean' of \(place)")
        guard let ends = estimate.ci95 else { return estimate }
        guard ends.count == 2, !(ends[0] > ends[1]) else {
            throw ResultError.badInterval(path: path, place: place, values: ends)
        }
        guard ends.allSatisfy(\.isFinite) else { return Estimate(mean: mean, ci95: nil) }
        let field = "'\(metric.key).ci95' of \(place)"
        for end in ends { try check(end, field) }
        let rounding = 1e-6 * max(1, abs(mean))
        guard mean >= ends[0] - rounding, mean <= ends[1] + rounding else {
            throw ResultError.badValue(
                path: path, field: field, found: "\(ends)",
                expected: "an interval around the mean \(mean)")
        }
        return estimate
    }

    /// Whether the means are those of the prompts; nothing is checked of results that do not list what
    /// was read at each prompt.
    ///
    /// - Parameter means: of the layers, then of the output.
    private func checkPrompts(_ means: [Double], _ metric: LayerMetric, path: String) throws {
        let prompts = prompts ?? []
        let readings = prompts.compactMap { $0[metric] }
        guard !readings.isEmpty, readings.count == prompts.count else { return }
        try checkLengths(metric, path: path)
        func check(_ found: Double, _ place: String, _ values: [Double]) throws {
            let mean = values.reduce(0, +) / Double(values.count)
            guard found == mean || abs(found - mean) <= 1e-6 * abs(mean) else {
                throw ResultError.badValue(
                    path: path, field: "'\(metric.key).mean' of \(place)", found: "\(found)",
                    expected: "\(mean), the mean over its prompts")
            }
        }
        for layer in 0..<layers.count {
            try check(means[layer], "layer \(layer + 1)", readings.map { $0[layer] })
        }
        let outputs = prompts.compactMap { $0.output?[metric] }
        if outputs.count == prompts.count {
            try check(means[layers.count], "the output", outputs)
        }
    }
}
