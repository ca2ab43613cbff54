import Files
import Foundation
import Kernels

@main
enum Main {
    /// Runs the command; an error becomes one sentence on stderr and the exit status of its kind.
    static func main() {
        do {
            try KernelPath.check()
            BLAS.prepare()
            let command = try BenchCommand.parse()
            try command.run()
            // What was printed must have arrived.
            guard fflush(nil) == 0 else { throw FileError.writing("standard output") }
        } catch let error as any UserFacingError {
            FileHandle.standardError.write(Data("lens-bench: \(error)\n".utf8))
            exit(error.kind.rawValue)
        } catch {
            BenchCommand.exit(withError: error)
        }
    }
}
