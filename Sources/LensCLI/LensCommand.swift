import ArgumentParser
import Files
import Foundation
import Kernels

/// `lens`: the command line of StateLens.
struct LensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lens",
        abstract: "Look inside state-space language models, layer by layer.",
        version: version,
        subcommands: [
            TrainCommand.self, EvalCommand.self, PlotCommand.self, CaptureCommand.self,
            InspectCommand.self, TokenizeCommand.self, DataCommand.self, LmCommand.self,
            DemoCommand.self,
        ]
    )
}

@main
enum Main {
    /// Runs the command; an error becomes one sentence on stderr and the exit status of its kind.
    static func main() {
        Interruption.ignoreFileSizeSignal()
        do {
            try KernelPath.check()
            BLAS.prepare()
            var command = try LensCommand.parseAsRoot()
            try command.run()
            // What was printed must have arrived.
            guard fflush(nil) == 0 else { throw FileError.writing("standard output") }
        } catch let error as any UserFacingError {
            FileHandle.standardError.write(Data("lens: \(error)\n".utf8))
            exit(error.kind.rawValue)
        } catch {
            LensCommand.exit(withError: error)
        }
    }
}
