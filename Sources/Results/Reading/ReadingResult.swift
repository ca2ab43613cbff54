/// What `lens read` writes of one text through one lens: what every block predicts at every position.
///
/// Columns are positions of the text, rows are blocks completed. In the JSON every quantity is a list
/// `[rows][positions]`, null where it is undefined.
package struct ReadingResult: ResultDocument {
    package static let schema = "statelens/reading/1"

    /// What a comparison of several readings calls this one.
    package let name: String
    /// How many tokens the text has.
    package let length: Int
    /// How many blocks the model has.
    package let depth: Int
    /// Whether the last row reads what the model itself reads, so that to show both says one thing twice.
    package let endsInOutput: Bool
    /// Of each column, its place in the text, from 0.
    package let positions: [Int]
    /// Of each column, the token that stands there.
    package let ids: [Int]
    package let tokens: [String]
    /// Of each column, the token of which probabilities and ranks are given: the one that follows, or one that
    /// was named; nil where nothing follows.
    package let targets: [Int?]
    package let targetTokens: [String?]
    /// Of each row, how many blocks the stream has passed.
    package let blocks: [Int]
    package let rows: [ReadingRow]
    /// The model's own distribution.
    package let output: ReadingRow
    /// Tokens of which probability and rank are given everywhere.
    package let followed: [FollowedToken]
    /// What blocks write, where it was asked for.
    package let branches: [BranchReading]?
    package var run: RunRecord

    package init(
        name: String, length: Int, depth: Int, endsInOutput: Bool, positions: [Int], ids: [Int],
        tokens: [String],
        targets: [Int?], targetTokens: [String?], blocks: [Int], rows: [ReadingRow],
        output: ReadingRow, followed: [FollowedToken] = [], branches: [BranchReading]? = nil,
        run: RunRecord
    ) {
        self.name = name
        self.length = length
        self.depth = depth
        self.endsInOutput = endsInOutput
        self.positions = positions
        self.ids = ids
        self.tokens = tokens
        self.targets = targets
        self.targetTokens = targetTokens
        self.blocks = blocks
        self.rows = rows
        self.output = output
        self.followed = followed
        self.branches = branches
        self.run = run
    }

    /// `[rows][positions]`.
    package subscript(quantity: ReadingQuantity) -> [[Double?]] { rows.map { $0[quantity] } }

    enum CodingKeys: String, CodingKey {
        case name, length, depth, positions, ids, tokens, targets, blocks, top, output, followed
        case branches, run
        case targetTokens = "target_tokens"
        case endsInOutput = "ends_in_output"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        length = try container.decode(Int.self, forKey: .length)
        depth = try container.decode(Int.self, forKey: .depth)
        endsInOutput = try container.decode(Bool.self, forKey: .endsInOutput)
        positions = try container.decode([Int].self, forKey: .positions)
        ids = try container.decode([Int].self, forKey: .ids)
        tokens = try container.decode([String].self, forKey: .tokens)
        targets = try container.decode([Int?].self, forKey: .targets)
        targetTokens = try container.decode([String?].self, forKey: .targetTokens)
        blocks = try container.decode([Int].self, forKey: .blocks)
        let top = try container.decode([[[TokenProbability]]].self, forKey: .top)
        let quantities = try decoder.container(keyedBy: ReadingQuantity.Key.self)
        var values: [ReadingQuantity: [[Double?]]] = [:]
        for quantity in ReadingQuantity.allCases {
            values[quantity] = try quantities.decode([[Double?]].self, forKey: .init(quantity))
        }
        let count = blocks.count
        guard top.count == count, values.values.allSatisfy({ $0.count == count })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .top, in: container,
                debugDescription: "as many rows of every quantity as of blocks, \(count)")
        }
        rows = blocks.indices.map { row in
            ReadingRow(values: values.mapValues { $0[row] }, top: top[row])
        }
        output = try container.decode(ReadingRow.self, forKey: .output)
        followed = try container.decode([FollowedToken].self, forKey: .followed)
        branches = try container.decodeIfPresent([BranchReading].self, forKey: .branches)
        run = try container.decode(RunRecord.self, forKey: .run)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(length, forKey: .length)
        try container.encode(depth, forKey: .depth)
        try container.encode(endsInOutput, forKey: .endsInOutput)
        try container.encode(positions, forKey: .positions)
        try container.encode(ids, forKey: .ids)
        try container.encode(tokens, forKey: .tokens)
        try container.encode(targets, forKey: .targets)
        try container.encode(targetTokens, forKey: .targetTokens)
        try container.encode(blocks, forKey: .blocks)
        try container.encode(rows.map(\.top), forKey: .top)
        var quantities = encoder.container(keyedBy: ReadingQuantity.Key.self)
        for quantity in ReadingQuantity.allCases {
            try quantities.encode(self[quantity], forKey: .init(quantity))
        }
        try container.encode(output, forKey: .output)
        try container.encode(followed, forKey: .followed)
        try container.encodeIfPresent(branches, forKey: .branches)
        try container.encode(run, forKey: .run)
    }
}

/// Several readings side by side: of models, of lenses, of texts.
package struct ReadingComparison: ResultDocument {
    package static let schema = "statelens/readings/1"

    /// The whole command line.
    package let command: String
    package let readings: [ReadingResult]

    package init(_ readings: [ReadingResult], command: String) {
        self.readings = readings
        self.command = command
    }
}

/// One distribution at every position: of a block, or of the model itself.
package struct ReadingRow: Codable, Sendable, Equatable {
    /// Of each position.
    private let values: [ReadingQuantity: [Double?]]
    /// Of each position the most probable tokens, the most probable first.
    package let top: [[TokenProbability]]

    package init(values: [ReadingQuantity: [Double?]], top: [[TokenProbability]]) {
        self.values = values
        self.top = top
    }

    /// Of each position.
    package subscript(quantity: ReadingQuantity) -> [Double?] {
        values[quantity] ?? [Double?](repeating: nil, count: top.count)
    }

    enum CodingKeys: CodingKey { case top }

    package init(from decoder: any Decoder) throws {
        top = try decoder.container(keyedBy: CodingKeys.self)
            .decode([[TokenProbability]].self, forKey: .top)
        let quantities = try decoder.container(keyedBy: ReadingQuantity.Key.self)
        var values: [ReadingQuantity: [Double?]] = [:]
        for quantity in ReadingQuantity.allCases {
            values[quantity] = try quantities.decode([Double?].self, forKey: .init(quantity))
        }
        self.values = values
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(top, forKey: .top)
        var quantities = encoder.container(keyedBy: ReadingQuantity.Key.self)
        for quantity in ReadingQuantity.allCases {
            try quantities.encode(self[quantity], forKey: .init(quantity))
        }
    }
}

/// A token and how probable it is.
package struct TokenProbability: Codable, Sendable, Equatable {
    package let id: Int
    package let token: String
    package let probability: Double

    package init(id: Int, token: String, probability: Double) {
        self.id = id
        self.token = token
        self.probability = probability
    }
}

/// What every block says of one token, wherever it stands.
package struct FollowedToken: Codable, Sendable, Equatable {
    package let id: Int
    package let token: String
    /// `[rows][positions]`, in nats.
    package let logProbability: [[Double]]
    package let rank: [[Int]]
    /// The model's own, `[positions]`.
    package let outputLogProbability: [Double]
    package let outputRank: [Int]

    package init(
        id: Int, token: String, logProbability: [[Double]], rank: [[Int]],
        outputLogProbability: [Double], outputRank: [Int]
    ) {
        self.id = id
        self.token = token
        self.logProbability = logProbability
        self.rank = rank
        self.outputLogProbability = outputLogProbability
        self.outputRank = outputRank
    }

    enum CodingKeys: String, CodingKey {
        case id, token, rank
        case logProbability = "log_probability"
        case outputLogProbability = "output_log_probability"
        case outputRank = "output_rank"
    }
}

/// What one part of a block writes into the residual stream, read by its effect on the logits with the final
/// norm held (direct logit attribution).
package struct BranchReading: Codable, Sendable, Equatable {
    /// Blocks completed once this one has written.
    package let block: Int
    /// `mixer`; of a differential block `mixer_1`, `mixer_2` and `wholeBlock`, their sum, which is what it
    /// writes.
    package let branch: String
    /// Euclidean norm of what is written, `[positions]`.
    package let norm: [Double]
    /// Effect on the target's logit, over that on the mean of all tokens, `[positions]`.
    package let targetEffect: [Double?]
    /// The tokens whose logits grow most, the most first, `[positions][k]`.
    package let promoted: [[TokenEffect]]
    /// The tokens whose logits shrink most.
    package let suppressed: [[TokenEffect]]

    package static let wholeBlock = "block"

    package init(
        block: Int, branch: String, norm: [Double], targetEffect: [Double?],
        promoted: [[TokenEffect]], suppressed: [[TokenEffect]]
    ) {
        self.block = block
        self.branch = branch
        self.norm = norm
        self.targetEffect = targetEffect
        self.promoted = promoted
        self.suppressed = suppressed
    }

    enum CodingKeys: String, CodingKey {
        case block, branch, norm, promoted, suppressed
        case targetEffect = "target_effect"
    }
}

/// A token and by how much its logit changes, in nats, over the mean change of all tokens.
package struct TokenEffect: Codable, Sendable, Equatable {
    package let id: Int
    package let token: String
    package let effect: Double

    package init(id: Int, token: String, effect: Double) {
        self.id = id
        self.token = token
        self.effect = effect
    }
}

extension ReadingQuantity {
    /// The quantity as a key of a JSON object.
    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ quantity: ReadingQuantity) { stringValue = quantity.rawValue }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
