import Plotting
import Results

/// What a page knows beside its arrays: names, tokens, and where the arrays lie.
struct PageHeader: Encodable {
    let quantity: String
    let isLogarithmic: Bool
    let quantities: [Quantity]
    let readings: [Reading]
    let tokens: [PageTokens.Entry]
    /// The command line, if all readings are of one.
    let command: String?

    struct Quantity: Encodable {
        let key: String
        let title: String
        let needsTarget: Bool
        /// What the first and the last shade stand for, on a linear and a logarithmic scale.
        let linear: [Double]
        let log: [Double]?
    }

    /// Tokens and targets are indices into the page's `tokens`; the last row of every array is the model's
    /// own distribution.
    struct Reading: Encodable {
        let name: String
        let length: Int
        /// Of the model, in blocks.
        let depth: Int
        let positions: [Int]
        let tokens: [Int]
        let targets: [Int?]
        let blocks: [Int]
        let endsInOutput: Bool
        /// `[rows][positions]`.
        let values: [String: PageNumbers.Place]
        /// Probabilities, `[rows][positions][count]`.
        let top: PageList
        let followed: [Followed]
        let branches: PageBranches?
        let facts: [[String]]
    }

    struct Followed: Encodable {
        let token: Int
        /// `[rows][positions]`.
        let logProbability: PageNumbers.Place
        let rank: PageNumbers.Place
    }

    init(
        _ readings: [ReadingResult], _ options: ReadingPage.Options, _ numbers: inout PageNumbers
    ) {
        quantity = options.quantity.rawValue
        isLogarithmic = options.isLogarithmic
        quantities = ReadingQuantity.allCases.map { Quantity($0, of: readings) }
        var tokens = PageTokens()
        var parts: [Reading] = []
        for reading in readings {
            parts.append(
                Reading(reading, hasProvenance: options.hasProvenance, &tokens, &numbers))
        }
        self.readings = parts
        self.tokens = tokens.entries
        let commands = Set(readings.map(\.run.command))
        command = options.hasProvenance && commands.count == 1 ? readings[0].run.command : nil
    }
}

extension PageHeader.Quantity {
    init(_ quantity: ReadingQuantity, of readings: [ReadingResult]) {
        key = quantity.rawValue
        title = quantity.title
        needsTarget = quantity.needsTarget
        let values = readings.flatMap { ($0.rows + [$0.output]).flatMap { $0[quantity] } }
        func limits(_ kind: ScaleKind) -> [Double] {
            let limits = ReadingScale(quantity, values, kind: kind).limits
            return [limits.low, limits.high]
        }
        linear = limits(.linear)
        log =
            switch quantity {
            case .logProbability, .logProbabilityDifference: nil
            default: limits(.log10)
            }
    }
}

extension PageHeader.Reading {
    init(
        _ reading: ReadingResult, hasProvenance: Bool, _ page: inout PageTokens,
        _ numbers: inout PageNumbers
    ) {
        name = reading.name
        length = reading.length
        depth = reading.depth
        positions = reading.positions
        tokens = zip(reading.ids, reading.tokens).map { page.index($0, $1) }
        targets = zip(reading.targets, reading.targetTokens).map { id, token in
            if let id, let token { page.index(id, token) } else { nil }
        }
        blocks = reading.blocks
        endsInOutput = reading.endsInOutput
        let rows = reading.rows + [reading.output]
        var values: [String: PageNumbers.Place] = [:]
        for quantity in ReadingQuantity.allCases {
            values[quantity.rawValue] = numbers.floats(rows.flatMap { $0[quantity] })
        }
        self.values = values
        top = PageList(
            rows.flatMap(\.top).map { $0.map { (page.index($0.id, $0.token), $0.probability) } },
            { $0.floats($1) }, &numbers)
        var followed: [PageHeader.Followed] = []
        for token in reading.followed {
            followed.append(
                PageHeader.Followed(
                    token: page.index(token.id, token.token),
                    logProbability: numbers.steps(
                        token.logProbability.flatMap(\.self) + token.outputLogProbability),
                    rank: numbers.integers(token.rank.flatMap(\.self) + token.outputRank)))
        }
        self.followed = followed
        branches = reading.branches.map { PageBranches($0, &page, &numbers) }
        facts = hasProvenance ? Self.facts(reading.run) : []
    }

    private static func facts(_ run: RunRecord) -> [[String]] {
        let facts: [(String, String?)] = [
            ("command", run.command), ("StateLens", run.version), ("model", run.model),
            ("architecture", run.architecture), ("model SHA-256", run.modelSHA256),
            ("unembedding SHA-256", run.unembeddingSHA256), ("lens", run.lens),
            ("lens SHA-256", run.lensSHA256), ("text", run.data?.joined(separator: ", ")),
            ("text SHA-256", run.dataSHA256), ("precision", run.precision),
            ("kernels", run.kernels), ("BLAS", run.blas), ("threads", run.threads.map(String.init)),
        ]
        return facts.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : [name, $0] }
        }
    }
}
