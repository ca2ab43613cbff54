import CommandSupport
import ArgumentParser
import Corpora
import LanguageModeling
import Tokenization

/// Which prompts to take instead of text.
struct TaskOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take the prompts of these tasks in --data, a BABILong or bAbI folder, not text.",
            valueName: "qa1,qa4|all"))
    var tasks: String?

    @Option(help: "With --tasks: context length, as BABILong spells it.")
    var length = "0k"

    /// - Parameter data: what --data names.
    func check(_ data: [String]) throws {
        guard let tasks else { return }
        do {
            _ = try BabilongTasks.parse(tasks)
        } catch let error as CorpusError {
            throw ValidationError("--tasks: \(error)")
        }
        guard data.count == 1 else { throw ValidationError("--tasks takes one --data.") }
    }

    /// The rows of every task asked for, in the order of the data; nil if none is.
    func readRows(_ data: [String]) throws -> [(task: String, rows: [BabilongSample])]? {
        guard let names = try tasks.map(BabilongTasks.parse) else { return nil }
        let rows = try loadBabilong(data: data[0], length: length, tasks: names)
        return names.map { name in (name, rows.filter { $0.task == name }) }
    }
}

/// What to learn, text, prompts of tasks or both, and what to measure the training on.
struct LmDataOptions: ParsableArguments {
    @OptionGroup var corpus: CorpusOptions
    @OptionGroup var task: TaskOptions

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
            drawn once; 1e-9 to 1e9. (default: all equally often)
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

    @Option(help: "With --tasks: rows at the end of every task that are not learnt.")
    var holdOut = 100

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text to measure the model in training on; files as for --data.", valueName: "file"))
    var evalData: [String] = []

    @Option(
        help: """
            Steps between measurements on the rows of --hold-out and on --eval-data; after the \
            last step there is always one, with 0 no other. (default: a tenth of --steps)
            """)
    var evalEvery: Int?

    @Option(help: "Rows of each task and windows of text that a measurement takes at most.")
    var evalLimit = 25

    func validate() throws {
        try task.check(corpus.data)
        try requireNumber(Double(promptWeight), "--prompt-weight", 0...)
        try requireNumber(storyShare, "--story-share", 0...1)
        try require(
            textShare > 0 && textShare < 1,
            "--text-share is \(textShare), expected more than 0 and less than 1.")
        try requirePositive(Double(textWeight), "--text-weight")
        try requireNumber(holdOut, "--hold-out", 0...Bounds.many)
        try requireNumber(evalEvery, "--eval-every", 0...Bounds.many)
        try requireNumber(evalLimit, "--eval-limit")
        guard let tasks = task.tasks else {
            try require(text.isEmpty, "--text needs --tasks; without, --data is the text.")
            return try require(taskWeights == nil, "--task-weights needs --tasks.")
        }
        let names = try BabilongTasks.parse(tasks)
        let unknown = taskWeights?.weights.keys.filter { !names.contains($0) }.sorted() ?? []
        try require(
            unknown.isEmpty,
            "--task-weights names \(unknown.joined(separator: ", ")), which --tasks does not.")
    }

    /// Every file and folder that is learnt from.
    var paths: [String] { corpus.data + text }

    /// - Parameter steps: of the whole training.
    func read(_ tokenizer: Tokenizer, steps: Int) throws -> (TrainingMixture, HeldOut) {
        let rows = try task.readRows(corpus.data)
        let mixture =
            try rows.map { try taskMixture($0, tokenizer) }
            ?? TrainingMixture(TrainingSequences(try corpus.readWindows(tokenizer, limit: nil)))
        var sets = try (rows ?? []).filter { _ in holdOut > 0 }.map { task, rows in
            try EvaluationSet(
                task: task, Array(rows.suffix(holdOut).prefix(evalLimit)), tokenizer,
                window: corpus.window)
        }
        if !evalData.isEmpty {
            sets.append(
                EvaluationSet(
                    try corpus.readWindows(tokenizer, limit: evalLimit, from: evalData)))
        }
        return (mixture, HeldOut(sets, every: evalEvery ?? max(1, steps / 10)))
    }

    /// Rows of all tasks are one set, unless they are to be drawn more or less often.
    private func taskMixture(
        _ tasks: [(task: String, rows: [BabilongSample])], _ tokenizer: Tokenizer
    ) throws -> TrainingMixture {
        if holdOut > 0, let (task, rows) = tasks.first(where: { $0.rows.count <= holdOut }) {
            throw CommandError.allHeldOut(task: task, rows: rows.count, holdOut: holdOut)
        }
        let parts = try (taskWeights == nil ? [tasks] : tasks.map { [$0] }).flatMap { tasks in
            let samples = tasks.flatMap { $0.rows.dropLast(holdOut) }
            let weight = Double(samples.count) * (taskWeights?.weights[tasks[0].task] ?? 1)
            var parts: [TrainingMixture.Part] = []
            if storyShare < 1 {
                let prompts = try TrainingSequences(
                    samples, tokenizer: tokenizer, promptWeight: promptWeight,
                    window: corpus.window)
                parts.append(TrainingMixture.Part(prompts, weight: weight * (1 - storyShare)))
            }
            if storyShare > 0 {
                let whole = try TrainingSequences(
                    stories: StoryRows.groups(of: samples), tokenizer: tokenizer,
                    promptWeight: promptWeight,
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

extension EvaluationSet {
    /// The answers of a task.
    init(
        task: String, _ rows: [BabilongSample], _ tokenizer: Tokenizer, window: Int
    ) throws {
        self.init(
            name: task, kind: .answers,
            try TrainingSequences(rows, tokenizer: tokenizer, promptWeight: 0, window: window))
    }

    init(_ windows: TokenWindows) {
        self.init(
            name: "text", kind: .text(natsToBitsPerByte: windows.natsToBitsPerByte),
            TrainingSequences(windows))
    }
}

/// How often the rows of tasks are drawn: `qa1=3,qa2=0.5`.
struct TaskWeights: ExpressibleByArgument {
    let weights: [String: Double]

    init?(argument: String) {
        var weights: [String: Double] = [:]
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            // Sums of weights times numbers of rows stay finite.
            guard sides.count == 2, let weight = Double(sides[1]), (1e-9...1e9).contains(weight),
                let names = try? BabilongTasks.parse(String(sides[0]))
            else { return nil }
            for name in names {
                guard weights.updateValue(weight, forKey: name) == nil else { return nil }
            }
        }
        self.weights = weights
    }
}

extension TaskWeights: DescribedValue {
    static var expectation: String {
        "tasks and numbers above 0, each task once, such as qa1=3,qa2=0.5"
    }
}
