import CommandSupport
import Kernels

@main
enum Main {
    static func main() {
        Program(BenchCommand.self).run {
            try KernelPath.check()
            BLAS.prepare()
        }
    }
}
