import ArgumentParser
import Base
import Checkpoints
import Foundation

/// The arguments of the process, looked at before the parser gets them.
package struct CommandLineArguments {
    /// The command at the root of the tree.
    let root: any ParsableCommand.Type

    package init(of root: any ParsableCommand.Type) { self.root = root }

    /// Of the program.
    private var name: String { root.configuration.commandName ?? "" }

    /// - Throws: `ArgumentError` for bytes that are not UTF-8, which the parser would take for others,
    ///   and for words where a command is to stand.
    func checked() throws -> [String] {
        let arguments = try (1..<Int(CommandLine.argc)).map { index in
            guard let pointer = CommandLine.unsafeArgv[index] else { return "" }
            let bytes = UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ArgumentError.notUTF8(place: index, text: Self.escaped(bytes))
            }
            return text
        }
        try checkCommand(arguments)
        try Self.checkPipes(arguments)
        return Self.joined(arguments)
    }

    /// What a pipe gives to one option it has not for another, under whatever names.
    ///
    /// - Throws: `FileError.readBefore`.
    private static func checkPipes(_ arguments: [String]) throws {
        var seen: Set<FileIdentity> = []
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let path = argument.hasPrefix("--") && parts.count == 2 ? parts[1] : argument
            guard let pipe = FileIdentity(ofPipe: path) else { continue }
            guard seen.insert(pipe).inserted else { throw FileError.readBefore(path: path) }
        }
    }

    /// A value that begins with a minus belongs to the option before it: `--limit -1` means `--limit=-1`.
    /// The parser would take it for an option.
    package static func joined(_ arguments: [String]) -> [String] {
        var joined: [String] = []
        var isOption = true
        for argument in arguments {
            if isOption, let last = joined.last, last.hasPrefix("--"), last != "--",
                !last.contains("="), argument.prefixMatch(of: /-([0-9.]|inf|nan|[^-].*\s)/) != nil
            {
                joined[joined.count - 1] = "\(last)=\(argument)"
            } else {
                joined.append(argument)
            }
            if argument == "--" { isOption = false }
        }
        return joined
    }

    /// The command that the words lead to, as far as they are known.
    package func command(of arguments: [String]) -> any ParsableCommand.Type {
        var command: any ParsableCommand.Type = root
        for argument in arguments {
            guard
                let next = command.configuration.subcommands.first(where: {
                    $0.configuration.commandName == argument
                })
            else { return command }
            command = next
        }
        return command
    }

    /// Follows the words down the tree of commands.
    package func checkCommand(_ arguments: [String]) throws {
        var words = [name]
        var command: any ParsableCommand.Type = root
        for (place, argument) in arguments.enumerated() where place > 0 || argument != "help" {
            let known = command.configuration.subcommands
            guard !known.isEmpty else { return }
            let names = known.map { $0.configuration.commandName ?? "" }
            if let next = known.first(where: { $0.configuration.commandName == argument }) {
                words.append(argument)
                command = next
            } else if !argument.hasPrefix("-") {
                throw ArgumentError.unknownCommand(
                    words: words, found: argument, known: names,
                    closest: closest(to: argument, among: names, of: words))
            } else if ["-h", "--help", "--version", "--help-hidden"].contains(argument)
                || ["--generate-completion-script", "---completion"].contains(
                    where: argument.hasPrefix)
            {
                return
            } else {
                throw ArgumentError.incompleteCommand(words: words, found: argument, known: names)
            }
        }
    }

    /// What may have been meant by a word, as a whole line: a name that is spelled nearly so or is
    /// longer, the only one there is, or a command elsewhere in the tree.
    private func closest(
        to word: String, among names: [String], of words: [String]
    ) -> String? {
        let begun = names.filter { word.count > 1 && $0.hasPrefix(word) }
        let near = closestName(to: word, among: names) ?? (begun.count == 1 ? begun[0] : nil)
        if let name = near ?? (names.count == 1 ? names[0] : nil) {
            return (words + [name]).joined(separator: " ")
        }
        return Self.lines(below: root, [name]).first { $0.last == word }?
            .joined(separator: " ")
    }

    /// Every command of the tree, as the words that call it.
    private static func lines(
        below command: any ParsableCommand.Type, _ words: [String]
    ) -> [[String]] {
        command.configuration.subcommands.flatMap { next in
            let line = words + [next.configuration.commandName ?? ""]
            return [line] + lines(below: next, line)
        }
    }

    private static func escaped(_ bytes: UnsafeRawBufferPointer) -> String {
        bytes.map { byte in
            (0x20..<0x7F).contains(byte)
                ? String(Unicode.Scalar(byte)) : "\\x" + String(byte, radix: 16)
        }.joined().clipped
    }
}

/// What can be wrong with arguments before they mean anything.
package enum ArgumentError: UserFacingError, Equatable {
    case notUTF8(place: Int, text: String)
    case unknownCommand(words: [String], found: String, known: [String], closest: String?)
    case incompleteCommand(words: [String], found: String, known: [String])

    package var kind: FailureKind { .usage }

    package var description: String {
        switch self {
        case .notUTF8(let place, let text):
            return "argument \(place) ('\(text)') is not UTF-8; rename the file or type it again"
        case .unknownCommand(let words, let found, let known, let closest):
            let line = words.joined(separator: " ")
            let hint = closest.map { "did you mean '\($0)'?" }
            return "'\(found.clipped)' is no command of '\(line)', which has "
                + "\(known.joined(separator: ", ")); "
                + (hint ?? "'\(line) --help' says what they do")
        case .incompleteCommand(let words, let found, let known):
            let line = words.joined(separator: " ")
            return "'\(line)' needs one of its commands before '\(found.clipped)': "
                + known.map { "'\(line) \($0)'" }.joined(separator: ", ")
        }
    }
}
