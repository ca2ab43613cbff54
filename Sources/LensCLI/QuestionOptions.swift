import ArgumentParser
import CommandSupport
import Corpora
import Evaluations

extension PromptForm: ExpressibleByArgument {}

/// Which questions are asked, and how: those of a data set, or one of the user's own.
struct QuestionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "BABILong folder (qa1/0k.json), a .json or .jsonl file, or a bAbI folder.",
            valueName: "path"), completion: .file())
    var data: String?

    @Option(help: "Context length, as BABILong spells it. (default: 0k)")
    var length: String?

    @Option(
        help: ArgumentHelp(
            "Comma-separated tasks, or all. (default: all)", valueName: "qa1,qa4|all"))
    var tasks: String?

    @Option(
        help: ArgumentHelp(
            "Rows of every task to use, the last ones. (default: 100)", valueName: "n"))
    var limit: Int?

    @Option(help: "A question of your own, instead of --data; it is put as it is written.")
    var question: String?

    @Option(help: "Its right answer, of which the first token is measured.")
    var answer: String?

    @Option(help: "What the question is about. (default: nothing)")
    var context: String?

    @Option(
        help: """
            Form of the prompt: lens ends in "Answer:", needle in "Answer: " as finetuning has \
            it, generation in the question.
            """)
    var promptForm = PromptForm.lens

    func validate() throws {
        try requireNumber(limit, "--limit")
        guard (data == nil) != (question == nil) else {
            throw ValidationError("Give either --data or a question of your own by --question.")
        }
        guard (question == nil) == (answer == nil) else {
            throw ValidationError("--question and --answer go together; give both.")
        }
        for (option, isGiven) in [
            ("--length", length != nil), ("--tasks", tasks != nil), ("--limit", limit != nil),
        ] where isGiven && data == nil {
            throw ValidationError("\(option) chooses among the rows of --data; add --data.")
        }
        guard context == nil || question != nil else {
            throw ValidationError("--context is of a question of your own; add --question.")
        }
    }

    func samples() throws -> [BabilongSample] {
        guard let data else {
            return [
                BabilongSample(
                    task: "question", index: 0, input: context ?? "", question: question ?? "",
                    target: answer ?? "")
            ]
        }
        return try BabilongEvaluator.samples(
            data: data, length: length ?? "0k", tasks: try BabilongTasks.parse(tasks ?? "all"),
            last: limit ?? 100)
    }
}
