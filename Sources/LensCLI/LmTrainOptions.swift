import ArgumentParser
import Corpora
import LanguageModeling
import Tokenization

extension TrainingOptions.Schedule: ExpressibleByArgument {}
extension TrainingOptions.Optimizer: ExpressibleByArgument {}

/// What to learn: text, prompts of tasks, or both.
struct LmDataOptions: ParsableArguments {
    @OptionGroup var corpus: CorpusOptions

    @Option(
        help: ArgumentHelp(
            "Learn the prompts of these tasks in --data instead of text.",
            valueName: "qa1,qa4|all"))
    var tasks: String?

    @Option(help: "With --tasks: context length, as BABILong spells it.")
    var length = "0k"

    @Option(help: "With --tasks: rows at the end of every task that are not learnt.")
    var holdOut = 100

    @Option(help: "With --tasks: weight of the tokens before the answer, whose own is 1.")
    var promptWeight: Float = 0

    @Option(
        help: """
            With --tasks: share of whole stories, with every question where it was asked, among \
            the sequences drawn for tasks; the others are prompts.
            """)
    var storyShare = 0.0

    @Option(
        help: ArgumentHelp(
            """
            With --tasks: how often rows of these tasks are drawn, where those of the others are \
            drawn once. (default: all equally often)
            """, valueName: "qa1=3,qa2=0.5"))
    var taskWeights: TaskWeights?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "With --tasks: text to learn as well, in windows; files as for --data without.",
            valueName: "file"))
    var text: [String] = []

    @Option(help: "With --text: share of its windows among all sequences drawn.")
    var textShare = 0.2

    @Option(help: "With --text: weight of its tokens, where an answer's is 1.")
    var textWeight: Float = 1

    func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            if !holds { throw ValidationError(message) }
        }
        try require(holdOut >= 0, "--hold-out is \(holdOut), expected 0 or more.")
        try require(
            promptWeight >= 0 && promptWeight.isFinite,
            "--prompt-weight is \(promptWeight), expected 0 or more.")
        try require(
            (0...1).contains(storyShare), "--story-share is \(storyShare), expected 0 to 1.")
        try require(
            textShare > 0 && textShare < 1,
            "--text-share is \(textShare), expected more than 0 and less than 1.")
        try require(
            textWeight > 0 && textWeight.isFinite,
            "--text-weight is \(textWeight), expected a positive number.")
        guard let tasks else {
            try require(text.isEmpty, "--text needs --tasks; without, --data is the text.")
            return try require(taskWeights == nil, "--task-weights needs --tasks.")
        }
        try require(corpus.data.count == 1, "--tasks takes one --data.")
        let names = try BabilongTasks.parse(tasks)
        let unknown = taskWeights?.weights.keys.filter { !names.contains($0) }.sorted() ?? []
        try require(
            unknown.isEmpty,
            "--task-weights names \(unknown.joined(separator: ", ")), which --tasks does not.")
    }

    /// Every file and folder that is learnt from.
    var paths: [String] { corpus.data + text }

    /// Rows of all tasks are one set, unless they are to be drawn more or less often.
    func readMixture(_ tokenizer: Tokenizer) throws -> TrainingMixture {
        guard let tasks else {
            return TrainingMixture(
                TrainingSequences(try corpus.readWindows(tokenizer, limit: nil)))
        }
        let names = try BabilongTasks.parse(tasks)
        let rows = try loadBabilong(data: corpus.data[0], length: length, tasks: names)
        let groups = taskWeights == nil ? [names] : names.map { [$0] }
        let parts = try groups.flatMap { names in
            let samples = names.flatMap { name in
                rows.filter { $0.task == name }.dropLast(holdOut)
            }
            let weight = Double(samples.count) * (taskWeights?.weights[names[0]] ?? 1)
            var parts: [TrainingMixture.Part] = []
            if storyShare < 1 {
                let prompts = try TrainingSequences(
                    samples, tokenizer: tokenizer, promptWeight: promptWeight,
                    window: corpus.window)
                parts.append(TrainingMixture.Part(prompts, weight: weight * (1 - storyShare)))
            }
            if storyShare > 0 {
                let whole = try TrainingSequences(
                    stories: stories(samples), tokenizer: tokenizer, promptWeight: promptWeight,
                    window: corpus.window)
                parts.append(TrainingMixture.Part(whole, weight: weight * storyShare))
            }
            return parts
        }
        guard !text.isEmpty else { return TrainingMixture(parts) }
        let windows = try corpus.readWindows(tokenizer, limit: nil, from: text)
        let sum = parts.reduce(0) { $0 + $1.weight }
        return TrainingMixture(
            parts + [
                TrainingMixture.Part(
                    TrainingSequences(windows, weight: textWeight),
                    weight: sum * textShare / (1 - textShare))
            ])
    }
}

/// How often the rows of tasks are drawn: `qa1=3,qa2=0.5`.
struct TaskWeights: ExpressibleByArgument {
    let weights: [String: Double]

    init?(argument: String) {
        var weights: [String: Double] = [:]
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, let weight = Double(sides[1]), weight > 0, weight.isFinite,
                let names = try? BabilongTasks.parse(String(sides[0]))
            else { return nil }
            for name in names {
                guard weights.updateValue(weight, forKey: name) == nil else { return nil }
            }
        }
        self.weights = weights
    }
}

/// Sizes of the parameters that --config begins with.
struct InitialScaleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "With --config: standard deviation of the first embeddings.", valueName: "deviation"))
    var initEmbedding = InitialScales().embedding

    @Option(
        help: ArgumentHelp(
            """
            With --config: factor on the first output projections; a small one keeps the tokens \
            legible through many blocks.
            """, valueName: "factor"))
    var initOutput = InitialScales().output

    @Option(
        help: ArgumentHelp(
            """
            With --config: A begins uniform in 1 to this; with 1 the heads begin with memories of \
            10 to 1,000 tokens.
            """, valueName: "largest"))
    var initA = InitialScales().largestA

    func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            if !holds { throw ValidationError(message) }
        }
        try require(
            initEmbedding > 0 && initEmbedding.isFinite,
            "--init-embedding is \(initEmbedding), expected a positive number.")
        try require(
            initOutput >= 0 && initOutput.isFinite,
            "--init-output is \(initOutput), expected 0 or more.")
        try require(
            initA >= 1 && initA.isFinite, "--init-a is \(initA), expected 1 or more.")
    }

    var scales: InitialScales {
        var scales = InitialScales()
        scales.embedding = initEmbedding
        scales.output = initOutput
        scales.largestA = initA
        return scales
    }
}

/// The training recipe.
struct LmRecipeOptions: ParsableArguments {
    @Option(help: "Updates of the parameters.")
    var steps = 1000

    @Option(help: "Sequences in a step.")
    var batch = 8

    @Option(
        help: """
            Sequences that go through the model together; fewer need less memory, gradients of a \
            step's parts add up. (default: all of a step)
            """)
    var atATime: Int?

    @Option(
        help: ArgumentHelp(
            """
            AdamW, or Muon for the matrices inside the blocks and AdamW for the rest; the same \
            rate serves both.
            """, valueName: "adamw|muon"))
    var optimizer = TrainingOptions.Optimizer.adamW

    @Option(help: "Learning rate at its peak.")
    var lr = 3e-4

    @Option(
        help: ArgumentHelp(
            "How the learning rate falls after the warm-up; to 0 but for constant.",
            valueName: "cosine|linear|constant"))
    var schedule = TrainingOptions.Schedule.cosine

    @Option(help: "Steps over which the learning rate rises from 0.")
    var warmupSteps = 0

    @Option(
        help: "Decoupled decay of the weights of linear and convolution layers.")
    var weightDecay = 0.1

    @Option(help: "AdamW's decay of the mean gradient.")
    var beta1 = 0.9

    @Option(help: "AdamW's decay of the mean squared gradient.")
    var beta2 = 0.999

    @Option(help: "Largest norm of the gradient of all parameters together; 0 for any.")
    var clip = 1.0

    @Option(help: "Seed of the first parameters and of the order of the sequences.")
    var seed: UInt64 = 42

    @Flag(
        inversion: .prefixedNo, help: "Shuffle the sequences instead of taking them in order.")
    var shuffle = true

    func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            if !holds { throw ValidationError(message) }
        }
        try require(
            (1...1 << 32).contains(steps), "--steps is \(steps), expected at least 1.")
        try require((1...1 << 20).contains(batch), "--batch is \(batch), expected at least 1.")
        try require(
            (1...1 << 20).contains(atATime ?? 1),
            "--at-a-time is \(atATime ?? 1), expected at least 1.")
        try require(lr > 0 && lr.isFinite, "--lr is \(lr), expected a positive number.")
        try require(
            (0..<steps).contains(warmupSteps),
            "--warmup-steps is \(warmupSteps), expected 0 to \(steps - 1).")
        try require(
            weightDecay >= 0 && weightDecay.isFinite,
            "--weight-decay is \(weightDecay), expected 0 or more.")
        try require((0..<1).contains(beta1), "--beta1 is \(beta1), expected 0 to 1.")
        try require((0..<1).contains(beta2), "--beta2 is \(beta2), expected 0 to 1.")
        try require(clip >= 0, "--clip is \(clip), expected 0 or more.")
    }

    var options: TrainingOptions {
        var options = TrainingOptions()
        options.steps = steps
        options.batch = batch
        options.atATime = min(atATime ?? batch, batch)
        options.optimizer = optimizer
        options.learningRate = lr
        options.schedule = schedule
        options.warmupSteps = warmupSteps
        options.weightDecay = weightDecay
        options.beta1 = beta1
        options.beta2 = beta2
        options.clip = clip
        options.seed = seed
        options.shuffle = shuffle
        return options
    }
}
