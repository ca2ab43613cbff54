import ArgumentParser
import CommandSupport

/// Where a result goes that is a JSON document.
package struct ResultOptions: ParsableArguments {
    package init() {}

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The JSON result to write; - prints it.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    package var out: String?

    @Flag(help: "Print the JSON result, and nothing else, to standard output.")
    package var json = false

    /// nil if nobody wants it; see `Base.isStandardOutput`.
    package var path: String? { json ? "-" : out }

    package func validate() throws {
        try require(!json || out == nil, "--json prints what --out writes; give one of them.")
    }
}
