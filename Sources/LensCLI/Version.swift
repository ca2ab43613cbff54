import CommandSupport

/// Of the program; written into everything it makes.
let version = "0.1.0"

/// The command line as a person would type it again.
var commandLine: String { lensLine(Invocation.arguments) }

/// A call of `lens` with these arguments.
func lensLine(_ arguments: [String]) -> String { Invocation.quoted(["lens"] + arguments) }
