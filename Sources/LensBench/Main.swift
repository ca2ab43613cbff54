import Base
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
            exit(
                StandardStreams.status(of: error, program: "lens-bench") {
                    (BenchCommand.fullMessage(for: $0), BenchCommand.exitCode(for: $0).rawValue)
                })
        }
    }
}
