import ArgumentParser
import Base
import Foundation

/// A program: a tree of commands, and what helps where one of them fails.
package struct Program {
    private let root: any ParsableCommand.Type
    private let advice: (any UserFacingError) -> String?

    /// - Parameter advice: which arguments mend what a library found wrong; nil where its own sentence
    ///   says enough.
    package init(
        _ root: any ParsableCommand.Type,
        advice: @escaping (any UserFacingError) -> String? = { _ in nil }
    ) {
        self.root = root
        self.advice = advice
    }

    /// Runs the command that the arguments name; an error becomes one sentence on stderr and the exit
    /// status of its kind.
    ///
    /// - Parameter prepare: what comes before anything else.
    package func run(_ prepare: () throws -> Void) {
        StandardStreams.prepare()
        Interruption.ignoreFileSizeSignal()
        MappedFile.reportTruncation()
        var arguments: [String] = []
        do {
            try prepare()
            arguments = try CommandLineArguments(of: root).checked()
            var command = try root.parseAsRoot(arguments)
            do {
                try command.run()
            } catch let error as ValidationError {
                throw RefusedArguments(reason: error.message, command: type(of: command), of: root)
            }
        } catch {
            exit(
                StandardStreams.status(
                    of: advised(error), program: root.configuration.commandName ?? "",
                    explain: { explanation(of: $0, arguments) }))
        }
    }

    private func advised(_ error: any Error) -> any Error {
        guard let error = error as? any UserFacingError, let advice = advice(error) else {
            return error
        }
        return AdvisedError(error: error, advice: advice)
    }

    /// Help, or what is wrong with the arguments.
    private func explanation(of error: any Error, _ arguments: [String]) -> (
        text: String, status: Int32
    ) {
        if let error = error as? RefusedArguments {
            return (error.description, FailureKind.usage.rawValue)
        }
        let message = explained(
            root.fullMessage(for: error), of: CommandLineArguments(of: root).command(of: arguments))
        return (message, root.exitCode(for: error).rawValue)
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
    let description: String

    init(
        reason: String, command: any ParsableCommand.Type, of root: any ParsableCommand.Type
    ) {
        let usage = root.usageString(for: command)
        let words = usage.split(separator: " ").prefix { $0.allSatisfy(\.isLowercase) }
        description = """
            Error: \(reason)
            Usage: \(usage)
              See '\(words.joined(separator: " ")) --help' for more information.
            """
    }
}
