import ArgumentParser
import Base
import Foundation

/// The manual of a program, a page a command, from what its commands say of themselves.
package struct ManualPages {
    private let name: String
    private let version: String
    private let root: CommandDescription

    /// - Throws: `FileError.malformedJSON` if the parser describes commands otherwise than it did.
    package init(of root: any ParsableCommand.Type) throws {
        name = root.configuration.commandName ?? ""
        version = root.configuration.version
        self.root = try decodeJSON(
            ProgramDescription.self, from: Data(root._dumpHelp().utf8), path: "help"
        ).command
    }

    /// Writes `lens.1`, `lens-read.1`, `lens-eval-text.1` and so on.
    package func write(to folder: String) throws {
        for (words, command) in commands(root, [name]) {
            try writeFile(
                page(command, words), to: join(folder, "\(words.joined(separator: "-")).1"))
        }
    }

    private func commands(
        _ command: CommandDescription, _ words: [String]
    ) -> [([String], CommandDescription)] {
        [(words, command)]
            + command.shownCommands.flatMap { commands($0, words + [$0.commandName]) }
    }

    /// - Parameter words: that call the command.
    private func page(_ command: CommandDescription, _ words: [String]) -> String {
        let title = words.joined(separator: "-")
        let options = command.shownArguments
        var lines = [
            ".TH \(escaped(title.uppercased())) 1 \"\" \"\(name) \(version)\" \"User Commands\"",
            ".SH NAME", escaped("\(title) - \(command.abstract ?? "")"), ".SH SYNOPSIS",
            ".B \(escaped(words.joined(separator: " ")))",
        ]
        lines += options.filter { !$0.isOptional || $0.kind == "positional" }.map(\.synopsis)
        lines.append(command.shownCommands.isEmpty ? "[\\fIoptions\\fR]" : "\\fIcommand\\fR")
        if let discussion = command.discussion {
            lines += [".SH DESCRIPTION"] + paragraphs(discussion)
        }
        for (title, options) in sections(options) {
            lines.append(".SH \(escaped(title.uppercased()))")
            for option in options {
                lines += [".TP", option.heading, escaped(option.explanation)]
            }
        }
        if !command.shownCommands.isEmpty {
            lines.append(".SH COMMANDS")
            for next in command.shownCommands {
                let page = (words + [next.commandName]).joined(separator: "-")
                lines += [".TP", "\\fB\(escaped(page))\\fR(1)", escaped(next.abstract ?? "")]
            }
        }
        if words.count > 1 { lines += [".SH SEE ALSO", "\\fB\(escaped(name))\\fR(1)"] }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Arguments, what everyone needs, groups, what is needed seldom.
    private func sections(
        _ arguments: [ArgumentDescription]
    ) -> [(title: String, arguments: [ArgumentDescription])] {
        let groups = arguments.compactMap(\.sectionTitle)
        let ordered = groups.filter { $0 != .expert } + groups.filter { $0 == .expert }
        var titles: [String] = []
        for title in ["Arguments", "Options"] + ordered where !titles.contains(title) {
            titles.append(title)
        }
        return titles.map { title in
            (title, arguments.filter { $0.section == title })
        }.filter { !$0.1.isEmpty }
    }

    /// Text as it flows, and indented lines as they are.
    private func paragraphs(_ text: String) -> [String] {
        var (lines, isVerbatim): ([String], Bool) = ([], false)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if isVerbatim != line.hasPrefix("  ") {
                lines += isVerbatim ? [".fi", ".RE"] : [".RS 2", ".nf"]
                isVerbatim.toggle()
            }
            lines.append(
                line.isEmpty ? ".PP" : escaped(String(isVerbatim ? line.dropFirst(2) : line)))
        }
        return lines + (isVerbatim ? [".fi", ".RE"] : [])
    }
}

/// Text as roff takes it: no character in it is an instruction.
private func escaped(_ text: String) -> String {
    let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
}

/// What `--experimental-dump-help` gives, as far as a manual needs it.
private struct ProgramDescription: Decodable {
    let command: CommandDescription
}

private struct CommandDescription: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let subcommands: [CommandDescription]?
    let arguments: [ArgumentDescription]?

    var shownCommands: [CommandDescription] {
        (subcommands ?? []).filter { $0.commandName != "help" }
    }

    var shownArguments: [ArgumentDescription] { (arguments ?? []).filter(\.shouldDisplay) }
}

private struct ArgumentDescription: Decodable {
    struct Name: Decodable {
        let kind: String
        let name: String

        var spelled: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: String
    let shouldDisplay: Bool
    let sectionTitle: String?
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let preferredName: Name?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let abstract: String?

    var section: String { sectionTitle ?? (kind == "positional" ? "Arguments" : "Options") }

    private var value: String {
        kind == "flag" ? "" : "\\fI\(escaped(valueName ?? "value"))\\fR"
    }

    private var more: String { isRepeating ? " ..." : "" }

    /// As it stands in the line that calls the command.
    var synopsis: String {
        guard let name = preferredName, kind != "positional" else {
            return isOptional ? "[\(value)\(more)]" : value + more
        }
        return "\\fB\(escaped(name.spelled))\\fR \(value)\(more)"
    }

    /// As it stands above what is said of it.
    var heading: String {
        guard kind != "positional" else { return value + more }
        let names = (names ?? []).sorted { $0.spelled.count < $1.spelled.count }
            .map { "\\fB\(escaped($0.spelled))\\fR" }.joined(separator: ", ")
        return value.isEmpty ? names : "\(names) \(value)\(more)"
    }

    var explanation: String {
        let values = allValues.map { "Values: \($0.joined(separator: ", "))." }
        let value = kind == "option" ? defaultValue.map { "Default: \($0)." } : nil
        return [abstract, values, value].compactMap { $0 }.joined(separator: " ")
    }
}
