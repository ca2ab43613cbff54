import Foundation

/// What the running command was told.
package enum Invocation {
    /// The process's own arguments, or those of the command that another one runs: a record must
    /// name what makes the same file again.
    @TaskLocal package static var arguments = Array(CommandLine.arguments.dropFirst())

    /// Words as a shell takes them.
    package static func quoted(_ words: [String]) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:@%+")
        return words.map { word in
            !word.isEmpty && word.allSatisfy(plain.contains)
                ? word : "'" + word.replacing("'", with: "'\\''") + "'"
        }.joined(separator: " ")
    }

    /// Some options with their values, as they were typed.
    package static func typed(_ options: [String], in arguments: [String] = arguments) -> String {
        var isWanted = false
        return quoted(
            arguments.filter { argument in
                if argument.prefixMatch(of: /--?[a-zA-Z]/) != nil {
                    isWanted = options.contains(String(argument.prefix { $0 != "=" }))
                }
                return isWanted
            })
    }
}
