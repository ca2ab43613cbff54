import Results

extension RunRecord {
    static let example: RunRecord = {
        var run = RunRecord(
            command: "lens eval babilong", version: "0.1.0", seed: 1, model: "m",
            architecture: "Mamba-2, 2 blocks",
            modelTraining: ModelTraining(options: ["lr": "0.1"], dataSHA256: Examples.hash),
            modelSHA256: Examples.hash, unembedHash: Examples.hash,
            unembeddingSHA256: Examples.hash, lens: "lenses/m", lensSHA256: Examples.hash,
            data: ["a", "b"], dataSHA256: Examples.hash, precision: "fp32", kernels: "avx2",
            blas: "OpenBLAS", threads: 2, gatedNorm: "over the whole width")
        run.promptForm = "lens"
        return run
    }()
}

/// One document of each kind, with all that it can have.
enum Examples {
    static let hash = String(repeating: "0a", count: 32)

    static let all: [any ResultDocument] = [
        babilong, text,
        PerplexityResult(
            crossEntropy: 2, perplexity: 7.39, bitsPerByte: 0.9, predictions: 10, run: .example),
        AccuracyResult(tasks: [score], accuracy: 0.5, run: .example), lensTraining, modelTraining,
        made, demo, benchmarks, reading,
        ReadingComparison([reading, reading], command: "lens read"),
        TokensResult(ids: [5, 7], tokens: ["Where", " is"]),
        InspectionResult(
            folder: "m", family: "Diff-Mamba-2 (all)", layout: "huggingFace", parameters: 9,
            files: ["model.safetensors"], dtypes: [.init(dtype: "F32", tensors: 3)], dModel: 4,
            vocabSize: 6, tieEmbeddings: true,
            blocks: [.init(block: 0, mixer: "Mamba-2", lambdaInit: 0.8, lambda: 0.7)],
            notes: ["n"], problems: ["p"], unexpected: ["u"]),
    ]

    static let score = EvaluationScore(
        name: "qa1", sequences: 2, predictions: 3, crossEntropy: 0.1, bitsPerByte: 0.2,
        accuracy: 0.5)

    private static let babilong: BabilongResult = {
        let reading = TokenReading(probability: 0.5, logProbability: -0.69, rank: 1)
        let prompts = (0..<3).map { index in
            BabilongResult.Prompt(
                task: "qa1", index: index, tokens: 9, text: "Where?", target: "x", targetID: 4,
                targetTokens: 1,
                readings: [reading, reading])
        }
        return BabilongResult(prompts: prompts, run: .example, seed: 0)
    }()

    private static let text: TextResult = {
        let metrics = TextMetrics(crossEntropy: 3, entropy: 2, kl: 1)
        return TextResult(
            logit: [metrics], tuned: [metrics], output: metrics, windows: 2, window: 8,
            natsToBitsPerByte: 0.3, run: .example)
    }()

    private static let lensTraining = LensTrainingRecord(
        run: .example,
        options: LensOptions(
            loss: "kl", optimizer: "sgd", steps: 3, tokensPerStep: 16, window: 8, tokenShift: 0,
            learningRateScale: 1, momentum: 0.9, weightDecay: 0.001, biasOnly: false, seed: 1,
            shuffle: true),
        windows: 2,
        heldOut: HeldOutLosses(
            windows: 1, sha256: hash, start: [2], closedForm: [1.5], end: [1], ridges: [nil]),
        documents: 1, natsToBitsPerByte: 0.3)

    /// A trainer's options are its own; these are those that a lens's record cannot lack.
    private struct LensOptions: Codable, Equatable {
        let loss: String
        let optimizer: String
        let steps: Int
        let tokensPerStep: Int
        let window: Int
        let tokenShift: Int
        let learningRateScale: Double
        let momentum: Double
        let weightDecay: Double
        let biasOnly: Bool
        let seed: Int
        let shuffle: Bool

        enum CodingKeys: String, CodingKey {
            case loss, optimizer, steps, window, momentum, seed, shuffle
            case tokensPerStep = "tokens_per_step"
            case tokenShift = "token_shift"
            case learningRateScale = "lr_scale"
            case weightDecay = "weight_decay"
            case biasOnly = "bias_only"
        }
    }

    private static let modelTraining = ModelTrainingRecord(
        run: .example, start: "config.json",
        options: ModelOptions(), parameters: 10, sequences: 4)

    private struct ModelOptions: Codable, Equatable {
        var steps = 1
        var batch = 2
        var atATime = 2
        var optimizer = "muon"
        var learningRate = 0.1
        var schedule = "cosine"
        var warmupSteps = 0
        var weightDecay = 0.1
        var beta1 = 0.9
        var beta2 = 0.99
        var clip = 1.0
        var dropout = 0.0
        var seed = 1
        var shuffle = true

        enum CodingKeys: String, CodingKey {
            case steps, batch, optimizer, schedule, beta1, beta2, clip, dropout, seed, shuffle
            case atATime = "at_a_time"
            case learningRate = "lr"
            case warmupSteps = "warmup_steps"
            case weightDecay = "weight_decay"
        }
    }

    private static let made: MadeRecord = {
        var made = MadeRecord(
            command: "lens data tokenizer", version: "0", seed: 1,
            files: [.init(path: "tokenizer.json", sha256: hash), .init(path: "-", sha256: "")],
            replaces: [hash])
        made.data = ["a.txt"]
        made.dataSHA256 = hash
        (made.vocabulary, made.merges) = (300, 43)
        return made
    }()

    private static let demo: DemoRecord = {
        var demo = DemoRecord(command: "lens demo", version: "0", seed: 1)
        demo.files = ["data/text.jsonl": hash]
        demo.begun = [.init(output: "lenses/a", command: "lens train")]
        return demo
    }()

    private static let benchmarks: BenchmarkReport = {
        var report = BenchmarkReport()
        for name in ["cpu", "kernels", "blas"] { report[name] = .text("x") }
        report["threads"] = .number(2)
        report["peak_rss_gb"] = .number(1.5)
        report["limits.sgemm_gflops"] = .number(100)
        report["shape.family"] = .text("Mamba-2")
        report["forward.512.tokens_per_s"] = .number(10)
        report["forward.512.ratio"] = .number(0.5)
        return report
    }()

    /// Two positions of a text, after one block, with all that a reading can have.
    private static let reading: ReadingResult = {
        let values = Dictionary(
            uniqueKeysWithValues: ReadingQuantity.allCases.map { ($0, [0.5, nil] as [Double?]) })
        let top = [
            [TokenProbability(id: 3, token: " a", probability: 0.5)], [TokenProbability](),
        ]
        let row = ReadingRow(values: values, top: top)
        let effect = [[TokenEffect(id: 3, token: " a", effect: -1.5)], []]
        return ReadingResult(
            name: "m, logit lens", length: 9, depth: 1, endsInOutput: true, positions: [7, 8],
            ids: [1, 2],
            tokens: ["x", "\n"], targets: [2, nil], targetTokens: ["\n", nil], blocks: [1],
            rows: [row], output: row,
            followed: [
                FollowedToken(
                    id: 3, token: " a", logProbability: [[-0.5, -1]], rank: [[1, 2]],
                    outputLogProbability: [-0.5, -1], outputRank: [1, 2])
            ],
            branches: [
                BranchReading(
                    block: 1, branch: "mixer", norm: [1, 2], targetEffect: [0.5, nil],
                    promoted: effect, suppressed: effect)
            ], run: .example)
    }()
}
