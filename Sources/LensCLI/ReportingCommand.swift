import ArgumentParser

/// A command that does its work and then says what came of it, so that another command can have it
/// done and say something else.
protocol ReportingCommand: ParsableCommand {
    /// - Returns: what to print.
    func perform() throws -> String
}

extension ReportingCommand {
    func run() throws { print(try perform()) }
}
