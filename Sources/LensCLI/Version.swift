/// Of the program; written into everything it makes.
let version = "0.1.0"

/// The command line as a person would type it again.
var commandLine: String { Invocation.line(Invocation.arguments) }

/// What the running command was told.
enum Invocation {
    /// The process's own arguments, or those of the command that another one runs: a record must
    /// name what makes the same file again.
    @TaskLocal static var arguments = Array(CommandLine.arguments.dropFirst())

    static func line(_ arguments: [String]) -> String { quoted(["lens"] + arguments) }

    /// Arguments as a shell takes them.
    static func quoted(_ arguments: [String]) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:@%+")
        return arguments.map { argument in
            !argument.isEmpty && argument.allSatisfy(plain.contains)
                ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
        }.joined(separator: " ")
    }
}

extension Invocation {
    /// Some options with their values, as they were typed.
    static func typed(_ options: String...) -> String {
        var isWanted = false
        return quoted(
            arguments.filter { argument in
                if argument.hasPrefix("--") {
                    isWanted = options.contains(String(argument.prefix { $0 != "=" }))
                }
                return isWanted
            })
    }
}
