import Foundation
import TestSupport

/// The built `lens`, run as a user runs it.
struct LensProcess {
    let status: Int32
    let output: String
    let errors: String

    private static let lens = BuiltProgram("lens")
    static let path = lens.path

    /// Starts `lens`; its output goes where `process` is told.
    static func start(_ arguments: [String], output: Any, errors: Any) throws -> Process {
        try lens.start(arguments, output: output, errors: errors)
    }

    /// Runs `lens` to its end.
    init(_ arguments: String...) throws { try self.init(arguments) }

    init(_ arguments: [String]) throws {
        (status, output, errors) = try Self.lens.run(arguments)
    }
}
