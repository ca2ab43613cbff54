import Foundation
import Testing

/// The built `lens`, run as a user runs it.
struct LensProcess {
    let status: Int32
    let output: String
    let errors: String

    /// Beside the test program, where the package manager puts every product.
    private static let executable = URL(fileURLWithPath: CommandLine.arguments[0])
        .deletingLastPathComponent().appendingPathComponent("lens")

    /// Starts `lens`; its output goes where `process` is told.
    static func start(_ arguments: [String], output: Any, errors: Any) throws -> Process {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return process
    }

    /// Runs `lens` to its end.
    init(_ arguments: String...) throws { try self.init(arguments) }

    init(_ arguments: [String]) throws {
        let (output, errors) = (Pipe(), Pipe())
        let process = try Self.start(arguments, output: output, errors: errors)
        self.output = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        self.errors = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}
