extension BabilongResult {
    /// What was read at one prompt.
    package struct Prompt: Codable, Sendable, Equatable {
        package let task: String?
        /// Row in the task's file.
        package let index: Int?
        /// Length of the prompt in tokens.
        package let tokens: Int?
        /// As it was fed to the model; nil unless asked for.
        package let text: String?
        package let target: String?
        /// First token of `" " + target`.
        package let targetID: Int?
        /// Tokens of `" " + target`, of which the first is measured.
        package let targetTokens: Int?
        /// One entry for each layer.
        package let probability: [Double]?
        package let logProbability: [Double]?
        package let rank: [Int]?
        /// The model's own output.
        package let output: TokenReading?

        enum CodingKeys: String, CodingKey {
            case task, index, tokens, text, target, probability, rank, output
            case targetID = "target_id"
            case targetTokens = "target_tokens"
            case logProbability = "log_probability"
        }

        /// - Parameters:
        ///   - targetTokens: how many tokens `" " + target` has.
        ///   - readings: one for each layer, then the model's own.
        package init(
            task: String, index: Int, tokens: Int, text: String? = nil, target: String,
            targetID: Int, targetTokens: Int, readings: [TokenReading]
        ) {
            let lens = readings.dropLast()
            self.task = task
            self.index = index
            self.tokens = tokens
            self.text = text
            self.target = target
            self.targetID = targetID
            self.targetTokens = targetTokens
            probability = lens.compactMap(\.probability)
            logProbability = lens.compactMap(\.logProbability)
            rank = lens.compactMap(\.rank)
            output = readings.last
        }

        /// By layer; nil where the prompt does not say.
        package subscript(metric: LayerMetric) -> [Double]? {
            switch metric {
            case .probability: probability
            case .logProbability: logProbability
            case .rank: rank?.map(Double.init)
            case .kl, .crossEntropy, .entropy: nil
            }
        }

        var layerCount: Int { probability?.count ?? 0 }
    }
}

/// What one distribution says about one token.
package struct TokenReading: Codable, Sendable, Equatable {
    package let probability: Double?
    package let logProbability: Double?
    /// 1 for the most probable token.
    package let rank: Int?

    enum CodingKeys: String, CodingKey {
        case probability, rank
        case logProbability = "log_probability"
    }

    package init(probability: Double, logProbability: Double, rank: Int) {
        self.probability = probability
        self.logProbability = logProbability
        self.rank = rank
    }

    package subscript(metric: LayerMetric) -> Double? {
        switch metric {
        case .probability: probability
        case .logProbability: logProbability
        case .rank: rank.map(Double.init)
        case .kl, .crossEntropy, .entropy: nil
        }
    }
}
