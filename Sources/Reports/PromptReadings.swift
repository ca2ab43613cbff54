import Files

/// What a result says of one prompt; the means of a result are those over its prompts.
struct PromptReadings: Decodable {
    /// One entry for each layer.
    let probability: [LenientNumber]?
    let logProbability: [LenientNumber]?
    let rank: [LenientNumber]?

    subscript(metric: LayerMetric) -> [LenientNumber]? {
        switch metric {
        case .probability: probability
        case .logProbability: logProbability
        case .rank: rank
        }
    }

    enum CodingKeys: String, CodingKey {
        case probability, rank
        case logProbability = "log_probability"
    }
}

extension EvaluationResult {
    /// Whether the layers' means are those of the prompts; nothing is checked of results that do not
    /// list what was read at each prompt.
    ///
    /// - Throws: `ResultError.badValue`.
    func check(
        _ points: [LayerCurve.Point], against prompts: [PromptReadings], _ metric: LayerMetric,
        path: String
    ) throws {
        let readings = prompts.compactMap { $0[metric]?.map(\.value) }
        guard !readings.isEmpty, readings.count == prompts.count else { return }
        for (index, values) in readings.enumerated() where values.count != layers.count {
            throw ResultError.badValue(
                path: path, field: "'\(metric.key)' of prompt \(index + 1)",
                found: counted(values.count, "number"),
                expected: "one for each of \(counted(layers.count, "layer"))")
        }
        for (layer, point) in points.dropLast().enumerated() {
            let mean = readings.reduce(0) { $0 + $1[layer] } / Double(readings.count)
            guard point.mean == mean || abs(point.mean - mean) <= 1e-6 * abs(mean) else {
                throw ResultError.badValue(
                    path: path, field: "'\(metric.key).mean' of layer \(layer + 1)",
                    found: "\(point.mean)", expected: "\(mean), the mean over its prompts")
            }
        }
    }
}
