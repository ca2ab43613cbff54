import CommandSupport
import Kernels

@main
enum Main {
    static func main() {
        Program(
            BenchCommand.self,
            earlierSpellings: [EarlierSpelling("", "--json", .option("--out"))]
        ).run {
            try KernelPath.check()
            BLAS.prepare()
        }
    }
}
