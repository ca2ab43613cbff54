/// What `lens eval babilong` writes: how probable the right answer is after each block.
package struct BabilongResult: Codable, Sendable, Equatable {
    /// Means over prompts of what is said about the target token.
    package struct Row: Codable, Sendable, Equatable {
        package let probability: Estimate
        package let logProbability: Estimate
        package let rank: Estimate

        enum CodingKeys: String, CodingKey {
            case probability, rank
            case logProbability = "log_probability"
        }
    }

    /// One layer's lens; its row's keys stand beside `blocks`.
    package struct Layer: Codable, Sendable, Equatable {
        /// Blocks completed where the lens reads the stream, from 1.
        package let blocks: Int
        package let row: Row

        package init(blocks: Int, row: Row) {
            self.blocks = blocks
            self.row = row
        }

        private enum CodingKeys: String, CodingKey { case blocks }

        package init(from decoder: any Decoder) throws {
            blocks = try decoder.container(keyedBy: CodingKeys.self)
                .decode(Int.self, forKey: .blocks)
            row = try Row(from: decoder)
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(blocks, forKey: .blocks)
            try row.encode(to: encoder)
        }
    }

    /// All prompts of one task.
    package struct Task: Codable, Sendable, Equatable {
        package let count: Int
        package let layers: [Layer]
        package let output: Row
    }

    package struct Prompt: Codable, Sendable, Equatable {
        package let task: String
        /// Row in the task's file.
        package let index: Int
        /// Length of the prompt in tokens.
        package let tokens: Int
        package let target: String
        /// First token of `" " + target`.
        package let targetID: Int
        /// Tokens of `" " + target`, of which the first is measured; nil in older results.
        package let targetTokens: Int?
        /// One entry for each layer.
        package let probability: [Double]
        package let logProbability: [Double]
        package let rank: [Int]
        /// The model's own output.
        package let output: TokenReading

        enum CodingKeys: String, CodingKey {
            case task, index, tokens, target, probability, rank, output
            case targetID = "target_id"
            case targetTokens = "target_tokens"
            case logProbability = "log_probability"
        }
    }

    package let count: Int
    /// Prompts whose target has several tokens; nil in older results.
    package let severalTokenTargets: Int?
    package let layers: [Layer]
    package let output: Row
    package let tasks: [String: Task]
    package let prompts: [Prompt]
    package let run: RunRecord

    enum CodingKeys: String, CodingKey {
        case count, layers, output, tasks, prompts, run
        case severalTokenTargets = "several_token_targets"
    }

    /// Aggregates prompts; intervals are drawn with `seed`.
    package init(prompts: [Prompt], run: RunRecord, seed: UInt64) {
        let all = Self.summary(prompts, seed: seed)
        count = prompts.count
        severalTokenTargets = prompts.count { ($0.targetTokens ?? 1) > 1 }
        layers = all.layers
        output = all.output
        tasks = Dictionary(grouping: prompts, by: \.task).mapValues {
            Self.summary($0, seed: seed)
        }
        self.prompts = prompts
        self.run = run
    }

    private static func summary(_ prompts: [Prompt], seed: UInt64) -> Task {
        let bootstrap = Bootstrap(count: prompts.count, seed: seed)
        func row(_ reading: (Prompt) -> TokenReading) -> Row {
            let readings = prompts.map(reading)
            return Row(
                probability: bootstrap.estimate(readings.map(\.probability)),
                logProbability: bootstrap.estimate(readings.map(\.logProbability)),
                rank: bootstrap.estimate(readings.map { Double($0.rank) }))
        }
        let layers = prompts[0].probability.indices.map { layer in
            Layer(blocks: layer + 1, row: row { $0.reading(layer: layer) })
        }
        return Task(count: prompts.count, layers: layers, output: row(\.output))
    }
}

/// What one distribution says about one token.
package struct TokenReading: Codable, Sendable, Equatable {
    package let probability: Double
    package let logProbability: Double
    /// 1 for the most probable token.
    package let rank: Int

    package init(probability: Double, logProbability: Double, rank: Int) {
        self.probability = probability
        self.logProbability = logProbability
        self.rank = rank
    }

    enum CodingKeys: String, CodingKey {
        case probability, rank
        case logProbability = "log_probability"
    }
}

extension BabilongResult.Prompt {
    /// - Parameters:
    ///   - targetTokens: how many tokens `" " + target` has.
    ///   - readings: one for each layer, then the model's own.
    package init(
        task: String, index: Int, tokens: Int, target: String, targetID: Int, targetTokens: Int,
        readings: [TokenReading]
    ) {
        let lens = readings.dropLast()
        self.task = task
        self.index = index
        self.tokens = tokens
        self.target = target
        self.targetID = targetID
        self.targetTokens = targetTokens
        probability = lens.map(\.probability)
        logProbability = lens.map(\.logProbability)
        rank = lens.map(\.rank)
        output = readings[readings.count - 1]
    }

    func reading(layer: Int) -> TokenReading {
        TokenReading(
            probability: probability[layer], logProbability: logProbability[layer],
            rank: rank[layer])
    }
}
