import Files
import Foundation
import Kernels

@main
enum Main {
    /// Runs the command; an error becomes one sentence on stderr and the exit status of its kind.
    static func main() {
        StandardStreams.prepare()
        do {
            try KernelPath.check()
            BLAS.prepare()
            let command = try BenchCommand.parse()
            try command.run()
        } catch {
            exit(StandardStreams.status(of: error, program: "lens-bench") ?? parserStatus(error))
        }
    }

    /// Prints help, or what is wrong with the arguments.
    private static func parserStatus(_ error: any Error) -> Int32 {
        let status = BenchCommand.exitCode(for: error).rawValue
        let text = BenchCommand.fullMessage(for: error)
        guard status == 0 else {
            StandardStreams.warn(text)
            return status
        }
        do {
            try StandardStreams.say(text)
            return 0
        } catch {
            return StandardStreams.status(of: error, program: "lens-bench") ?? 1
        }
    }
}
