import ArgumentParser
import Base
import Checkpoints
import CommandOptions
import CommandSupport
import Models
import Reports
import Results

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

    @Argument(
        help: ArgumentHelp(
            "Model folder, or org/model in the Hugging Face cache.", valueName: "model"),
        completion: .model)
    var path: String

    @Flag(help: "Print JSON, and nothing else, to standard output.")
    var json = false

    @OptionGroup(title: .expert) var norm: NormOptions

    func run() throws {
        let inspection = try Inspection(
            folder: resolveModelFolder(path), wholeWidthNorm: norm.wholeWidthNorm)
        if json {
            try StandardStreams.write(
                inspectionResult(inspection).json() + [UInt8(ascii: "\n")])
        } else {
            try StandardStreams.say(
                modelReport(inspection, withoutTokenizer: "give --tokenizer where needed"))
        }
        if let problem = inspection.problems.first { throw problem }
    }
}
