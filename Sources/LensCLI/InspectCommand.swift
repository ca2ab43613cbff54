import ArgumentParser
import Base
import Checkpoints
import CommandOptions
import Models
import Reports

/// `lens inspect`: what a model folder holds.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what a model folder holds, and what is missing or unexpected in it.",
        discussion: """
            Prints family, sizes, element types, the kind of every block with λ of the \
            differential ones, and the tokenizer. Exits with status 65 if a tensor is missing, has \
            the wrong shape or holds numbers that are not finite.

              lens inspect state-spaces/mamba2-370m
            """)

    @Argument(help: "Model folder, or org/model in the Hugging Face cache.")
    var path: String

    @OptionGroup var norm: NormOptions

    func run() throws {
        let inspection = try Inspection(
            folder: resolveModelFolder(path), wholeWidthNorm: norm.wholeWidthNorm)
        try StandardStreams.say(
            modelReport(inspection, withoutTokenizer: "give --tokenizer where needed"))
        if let problem = inspection.problems.first { throw problem }
    }
}
