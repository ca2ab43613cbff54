import ArgumentParser
import Base

/// A command that does its work and then says what came of it, so that another command can have it
/// done and say something else.
package protocol ReportingCommand: ParsableCommand {
    /// - Returns: what to print.
    func perform() throws -> String
    /// Where the result goes that is not printed; nil for none.
    var resultPath: String? { get }
}

extension ReportingCommand {
    package var resultPath: String? { nil }

    package func run() throws { try report(try perform(), besides: resultPath) }
}

/// Says on standard output what came of a command, or on stderr where the result itself goes to
/// standard output.
package func report(_ text: String, besides resultPath: String?) throws {
    if resultPath.map(isStandardOutput) ?? false {
        StandardStreams.warn(text)
    } else {
        try StandardStreams.say(text)
    }
}
