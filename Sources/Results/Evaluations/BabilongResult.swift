/// What `lens eval babilong` writes: how probable the right answer is after each block.
///
/// Of what others write, layers and output are enough.
package struct BabilongResult: ResultDocument {
    package static let schema = "statelens/babilong-result/1"

    /// Means over prompts of what is said about the target token.
    package struct Row: Codable, Sendable, Equatable {
        package let probability: Estimate?
        package let logProbability: Estimate?
        package let rank: Estimate?

        enum CodingKeys: String, CodingKey {
            case probability, rank
            case logProbability = "log_probability"
        }

        init(_ estimate: (LayerMetric) -> Estimate?) {
            probability = estimate(.probability)
            logProbability = estimate(.logProbability)
            rank = estimate(.rank)
        }

        package subscript(metric: LayerMetric) -> Estimate? {
            switch metric {
            case .probability: probability
            case .logProbability: logProbability
            case .rank: rank
            case .kl, .crossEntropy, .entropy: nil
            }
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

    /// How many prompts the means are over.
    package let count: Int?
    /// Prompts whose target has several tokens.
    package let severalTokenTargets: Int?
    package let layers: [Layer]
    package let output: Row
    package let tasks: [String: Task]?
    package let prompts: [Prompt]?
    package let run: RunRecord?

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
        tasks = Dictionary(grouping: prompts, by: { $0.task ?? "" }).mapValues {
            Self.summary($0, seed: seed)
        }
        self.prompts = prompts
        self.run = run
    }

    private static func summary(_ prompts: [Prompt], seed: UInt64) -> Task {
        let bootstrap = Bootstrap(count: prompts.count, seed: seed)
        func row(_ value: (Prompt, LayerMetric) -> Double?) -> Row {
            Row { metric in
                let values = prompts.compactMap { value($0, metric) }
                return values.count == prompts.count ? bootstrap.estimate(values) : nil
            }
        }
        let layers = (0..<prompts[0].layerCount).map { layer in
            Layer(blocks: layer + 1, row: row { $0[$1]?[layer] })
        }
        return Task(count: prompts.count, layers: layers, output: row { $0.output?[$1] })
    }
}
