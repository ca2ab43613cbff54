import ArgumentParser
import Base
import Foundation

/// A program: a tree of commands, and how it says what they found wrong.
package struct Program {
    private let root: any ParsableCommand.Type
    private let earlierSpellings: [EarlierSpelling]
    private let sentence: (any UserFacingError) -> String?

    /// - Parameters:
    ///   - earlierSpellings: what is understood as well, with a note on stderr.
    ///   - sentence: what to say of an error, for libraries do not know which arguments mend what they
    ///     found wrong; nil where the error's own sentence says enough.
    package init(
        _ root: any ParsableCommand.Type, earlierSpellings: [EarlierSpelling] = [],
        saying sentence: @escaping (any UserFacingError) -> String? = { _ in nil }
    ) {
        self.root = root
        self.earlierSpellings = earlierSpellings
        self.sentence = sentence
    }

    /// Runs the command that the arguments name; an error becomes one sentence on stderr and the exit
    /// status of its kind.
    ///
    /// - Parameter prepare: what comes before anything else.
    package func run(_ prepare: () throws -> Void) {
        StandardStreams.prepare()
        Interruption.ignoreFileSizeSignal()
        Interruption.removePartialFiles()
        MappedFile.reportTruncation()
        var arguments: [String] = []
        do {
            try prepare()
            if CommandLine.arguments.dropFirst().first == "--generate-manual",
                CommandLine.arguments.count == 3
            {
                return try ManualPages(of: root).write(to: CommandLine.arguments[2])
            }
            arguments = modernized(try CommandLineArguments(of: root).checked())
            var command = try root.parseAsRoot(arguments)
            do {
                try command.run()
            } catch let error as ValidationError {
                throw RefusedArguments(reason: error.message, command: type(of: command), of: root)
            }
        } catch {
            exit(
                StandardStreams.status(
                    of: said(error), program: root.configuration.commandName ?? "",
                    explain: { explanation(of: $0, arguments) }))
        }
    }

    private func modernized(_ arguments: [String]) -> [String] {
        let (modern, notes) = earlierSpellings.modernized(arguments)
        for note in notes {
            StandardStreams.warn("\(root.configuration.commandName ?? ""): \(note)")
        }
        return modern
    }

    private func said(_ error: any Error) -> any Error {
        guard let error = error as? any UserFacingError, let sentence = sentence(error) else {
            return error
        }
        return SaidError(kind: error.kind, description: sentence)
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
        return (
            message.hasPrefix("OVERVIEW:") ? usualFirst(message) : message,
            root.exitCode(for: error).rawValue
        )
    }
}

/// An error in the program's own words.
private struct SaidError: UserFacingError {
    let kind: FailureKind
    let description: String
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
