import ArgumentParser
import CommandSupport
import Corpora
import LanguageModeling
import Tokenization

/// Which prompts to take instead of text.
package struct TaskOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "Take the prompts of these tasks in --data, a BABILong or bAbI folder, not text.",
            valueName: "qa1,qa4|all"))
    package var tasks: String?

    @Option(help: "With --tasks: context length, as BABILong spells it.")
    package var length = "0k"

    /// - Parameter data: what --data names.
    package func check(_ data: [String]) throws {
        guard let tasks else { return }
        do {
            _ = try BabilongTasks.parse(tasks)
        } catch let error as CorpusError {
            throw ValidationError("--tasks: \(error)")
        }
        guard data.count == 1 else { throw ValidationError("--tasks takes one --data.") }
    }

    /// The rows of every task asked for, in the order of the data; nil if none is.
    package func readRows(_ data: [String]) throws -> [TaskRows]? {
        guard let names = try tasks.map(BabilongTasks.parse) else { return nil }
        let rows = try loadBabilong(data: data[0], length: length, tasks: names)
        return names.map { name in (name, rows.filter { $0.task == name }) }
    }
}

/// What to learn, text, prompts of tasks or both, and what to measure the training on.
package struct LmDataOptions: ParsableArguments {
    package init() {}

    @OptionGroup package var corpus: CorpusOptions
    @OptionGroup(title: "Tasks") package var task: TaskOptions
    @OptionGroup(title: "Tasks") package var mixing: MixtureOptions
    @OptionGroup(title: .measuring) package var measuring: LmMeasuringOptions

    package func validate() throws {
        try task.check(corpus.data)
        guard let tasks = task.tasks else {
            try require(mixing.text.isEmpty, "--text needs --tasks; without, --data is the text.")
            return try require(
                mixing.taskWeights == nil, "--task-weights needs --tasks.")
        }
        let names = try BabilongTasks.parse(tasks)
        let unknown =
            mixing.taskWeights?.weights.keys.filter { !names.contains($0) }.sorted() ?? []
        try require(
            unknown.isEmpty,
            "--task-weights names \(unknown.joined(separator: ", ")), which --tasks does not.")
    }

    /// Every file and folder that is learnt from.
    package var paths: [String] { corpus.data + mixing.text }

    private var mixture: TaskMixture {
        var mixture = TaskMixture()
        mixture.promptWeight = mixing.promptWeight
        mixture.storyShare = mixing.storyShare
        mixture.weights = mixing.taskWeights?.weights
        mixture.holdOut = measuring.heldOut
        mixture.textShare = mixing.textShare
        mixture.textWeight = mixing.textWeight
        return mixture
    }

    /// - Parameter steps: of the whole training.
    package func read(_ tokenizer: Tokenizer, steps: Int) throws -> (TrainingMixture, HeldOutSets) {
        func windows(_ paths: [String], limit: Int? = nil) throws -> TokenWindows? {
            guard !paths.isEmpty else { return nil }
            return try corpus.readWindows(tokenizer, limit: limit, from: paths)
        }
        let tasks = try task.readRows(corpus.data)
        let learnt =
            try tasks.map {
                try TrainingMixture(
                    $0, text: windows(mixing.text), as: mixture, tokenizer: tokenizer,
                    window: corpus.window)
            } ?? TrainingMixture(TrainingSequences(corpus.readWindows(tokenizer, limit: nil)))
        let heldOut = try HeldOutSets(
            tasks: mixture.heldOut(of: tasks ?? []),
            text: windows(measuring.evalData, limit: measuring.evalLimit),
            limit: measuring.evalLimit, tokenizer: tokenizer, window: corpus.window,
            every: measuring.evalEvery ?? max(1, steps / 10))
        return (learnt, heldOut)
    }
}

/// How the prompts of tasks and text beside them are mixed.
package struct MixtureOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "With --tasks: weight of the tokens before the answer, whose own is 1.", valueName: "x")
    )
    package var promptWeight: Float = 0

    @Option(
        help: ArgumentHelp(
            """
            With --tasks: share of whole stories, with every question where it was asked, among \
            the sequences drawn for tasks; the others are prompts.
            """, valueName: "x"))
    package var storyShare = 0.0

    @Option(
        help: ArgumentHelp(
            """
            With --tasks: how often rows of these tasks are drawn, where those of the others are \
            drawn once; 1e-9 to 1e9. (default: all equally often)
            """, valueName: "qa1=3,qa2=0.5"))
    package var taskWeights: TaskWeights?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "With --tasks: text to learn as well, in windows; files as for --data without.",
            valueName: "file"), completion: .file())
    package var text: [String] = []

    @Option(
        help: ArgumentHelp(
            "With --text: share of its windows among all sequences drawn.", valueName: "x"))
    package var textShare = 0.2

    @Option(
        help: ArgumentHelp(
            "With --text: weight of its tokens, where an answer's is 1.", valueName: "x"))
    package var textWeight: Float = 1

    package func validate() throws {
        try requireNumber(Double(promptWeight), "--prompt-weight", 0...)
        try requireNumber(storyShare, "--story-share", 0...1)
        try require(
            textShare > 0 && textShare < 1,
            "--text-share is \(textShare), expected more than 0 and less than 1.")
        try requirePositive(Double(textWeight), "--text-weight")
    }
}

/// What a language model is measured on while it is trained.
package struct LmMeasuringOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "With --tasks: rows at the end of every task that are not learnt.", valueName: "n"))
    package var heldOut = 100

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text to measure the model in training on; files as for --data.", valueName: "file"),
        completion: .file())
    package var evalData: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Steps between measurements on the rows of --held-out and on --eval-data; after the \
            last step there is always one, with 0 no other. (default: a tenth of --steps)
            """, valueName: "n"))
    package var evalEvery: Int?

    @Option(
        help: ArgumentHelp(
            "Rows of each task and windows of text that a measurement takes at most.",
            valueName: "n"))
    package var evalLimit = 25

    package func validate() throws {
        try requireNumber(heldOut, "--held-out", 0...Bounds.many)
        try requireNumber(evalEvery, "--eval-every", 0...Bounds.many)
        try requireNumber(evalLimit, "--eval-limit")
    }
}

/// How often the rows of tasks are drawn: `qa1=3,qa2=0.5`.
package struct TaskWeights: ExpressibleByArgument {
    package let weights: [String: Double]

    package init?(argument: String) {
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
    package static var expectation: String {
        "tasks and numbers above 0, each task once, such as qa1=3,qa2=0.5"
    }
}
