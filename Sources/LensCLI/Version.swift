/// Of the program; written into everything it makes.
let version = "0.1.0"

/// The command line as a person would type it again.
var commandLine: String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:@%+")
    let arguments = CommandLine.arguments.dropFirst().map { argument in
        !argument.isEmpty && argument.allSatisfy(plain.contains)
            ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
    }
    return (["lens"] + arguments).joined(separator: " ")
}
