import ArgumentParser
import CommandSupport
import Kernels

/// `lens`: the command line of StateLens.
struct LensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lens",
        abstract: "Look inside state-space language models, layer by layer.",
        version: version,
        subcommands: [
            ReadCommand.self, AttentionCommand.self, TrainCommand.self, EvalCommand.self,
            PlotCommand.self,
            CaptureCommand.self,
            InspectCommand.self, TokenizeCommand.self, DataCommand.self, LmCommand.self,
            DemoCommand.self,
        ]
    )
}

@main
enum Main {
    static func main() {
        Program(LensCommand.self, earlierSpellings: earlierSpellings, saying: sentence).run {
            try KernelPath.check()
            BLAS.prepare()
        }
    }
}
