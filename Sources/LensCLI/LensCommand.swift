import ArgumentParser
import Base
import Foundation
import Kernels

/// `lens`: the command line of StateLens.
struct LensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lens",
        abstract: "Look inside state-space language models, layer by layer.",
        version: version,
        subcommands: [
            TrainCommand.self, EvalCommand.self, PlotCommand.self, CaptureCommand.self,
            InspectCommand.self, TokenizeCommand.self, DataCommand.self, LmCommand.self,
            DemoCommand.self,
        ]
    )
}

@main
enum Main {
    /// Runs the command; an error becomes one sentence on stderr and the exit status of its kind.
    static func main() {
        StandardStreams.prepare()
        Interruption.ignoreFileSizeSignal()
        MappedFile.reportTruncation()
        var arguments: [String] = []
        do {
            try KernelPath.check()
            BLAS.prepare()
            arguments = try CommandLineArguments.checked()
            var command = try LensCommand.parseAsRoot(arguments)
            do {
                try command.run()
            } catch let error as ValidationError {
                throw RefusedArguments(reason: error.message, command: type(of: command))
            }
        } catch {
            exit(
                StandardStreams.status(
                    of: advised(error), program: "lens", explain: { explanation(of: $0, arguments) }
                ))
        }
    }

    private static func advised(_ error: any Error) -> any Error {
        guard let error = error as? any UserFacingError, let advice = advice(for: error) else {
            return error
        }
        return AdvisedError(error: error, advice: advice)
    }

    /// Help, or what is wrong with the arguments.
    private static func explanation(of error: any Error, _ arguments: [String]) -> (
        text: String, status: Int32
    ) {
        if let error = error as? RefusedArguments {
            return (error.description, FailureKind.usage.rawValue)
        }
        let message = explained(
            LensCommand.fullMessage(for: error), of: CommandLineArguments.command(of: arguments))
        return (message, LensCommand.exitCode(for: error).rawValue)
    }
}

/// What a library found wrong, with the arguments that mend it.
private struct AdvisedError: UserFacingError {
    let error: any UserFacingError
    let advice: String

    var kind: FailureKind { error.kind }
    var description: String { "\(error.description); \(advice)" }
}

/// Arguments that a command refuses once it has looked at files, said as the parser says what it
/// refuses itself.
private struct RefusedArguments: Error, CustomStringConvertible {
    let reason: String
    let command: any ParsableCommand.Type

    var description: String {
        let usage = LensCommand.usageString(for: command)
        let words = usage.split(separator: " ").prefix { $0.allSatisfy(\.isLowercase) }
        return """
            Error: \(reason)
            Usage: \(usage)
              See '\(words.joined(separator: " ")) --help' for more information.
            """
    }
}
