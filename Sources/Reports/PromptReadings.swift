import Base

/// What a result says of one prompt; the means of a result are those over its prompts.
struct PromptReadings: Decodable {
    /// What the model's own output says of the target.
    struct Output: Decodable {
        let probability: LenientNumber?
        let logProbability: LenientNumber?
        let rank: LenientNumber?

        enum CodingKeys: String, CodingKey {
            case probability, rank
            case logProbability = "log_probability"
        }
    }

    /// One entry for each layer.
    let probability: [LenientNumber]?
    let logProbability: [LenientNumber]?
    let rank: [LenientNumber]?
    let output: Output?

    enum CodingKeys: String, CodingKey {
        case probability, rank, output
        case logProbability = "log_probability"
    }

    /// By layer; nil where the prompt does not say.
    func layers(_ metric: LayerMetric) -> [Double]? {
        switch metric {
        case .probability: probability?.map(\.value)
        case .logProbability: logProbability?.map(\.value)
        case .rank: rank?.map(\.value)
        }
    }

    func output(_ metric: LayerMetric) -> Double? {
        switch metric {
        case .probability: output?.probability?.value
        case .logProbability: output?.logProbability?.value
        case .rank: output?.rank?.value
        }
    }
}

extension EvaluationResult {
    /// Whether the means are those of the prompts; nothing is checked of results that do not list what
    /// was read at each prompt.
    ///
    /// - Parameter points: the layers, then the output.
    /// - Throws: `ResultError.badValue`.
    func check(
        _ points: [LayerCurve.Point], against prompts: [PromptReadings], _ metric: LayerMetric,
        path: String
    ) throws {
        let readings = prompts.compactMap { $0.layers(metric) }
        guard !readings.isEmpty, readings.count == prompts.count else { return }
        for (index, values) in readings.enumerated() where values.count != layers.count {
            throw ResultError.badValue(
                path: path, field: "'\(metric.key)' of prompt \(index + 1)",
                found: counted(values.count, "number"),
                expected: "one for each of \(counted(layers.count, "layer"))")
        }
        func check(_ point: LayerCurve.Point, _ place: String, _ values: [Double]) throws {
            let mean = values.reduce(0, +) / Double(values.count)
            guard point.mean == mean || abs(point.mean - mean) <= 1e-6 * abs(mean) else {
                throw ResultError.badValue(
                    path: path, field: "'\(metric.key).mean' of \(place)",
                    found: "\(point.mean)", expected: "\(mean), the mean over its prompts")
            }
        }
        for layer in 0..<layers.count {
            try check(points[layer], "layer \(layer + 1)", readings.map { $0[layer] })
        }
        let outputs = prompts.compactMap { $0.output(metric) }
        if outputs.count == prompts.count {
            try check(points[layers.count], "the output", outputs)
        }
    }
}
