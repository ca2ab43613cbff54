import Foundation
import Kernels
import Tensors

/// A piece of work that the machine does as fast as it can: what it reaches is the limit of
/// everything that needs the same resource.
struct MachineLimit {
    /// Among the `limits` of the JSON.
    let key: String
    let title: String
    /// What `amount` counts, in billions a second.
    let unit: String
    /// Operations or bytes of one run.
    let amount: Double
    private let run: () -> Void

    private init(
        _ key: String, _ title: String, unit: String, amount: Double, run: @escaping () -> Void
    ) {
        self.key = key
        self.title = title
        self.unit = unit
        self.amount = amount
        self.run = run
    }

    /// Operations or bytes a second, from one run.
    func rate() -> Double { amount / seconds(run) }

    /// A float32 product of two square matrices by the project's `gemm`, on all threads.
    static func sgemm() -> MachineLimit {
        let side = 2048
        let (a, b, c) = (Tensor(side, side), Tensor(side, side), Tensor(side, side))
        a.fill(0.5)
        b.fill(0.25)
        let operations = 2 * Double(side * side * side)
        return MachineLimit("sgemm_gflops", "sgemm", unit: "GFLOP/s", amount: operations) {
            gemm([TensorProduct(.plain(a), .transposed(b), into: c)])
        }
    }

    /// Products of bfloat16 tiles in registers, on all threads, for about a tenth of a second.
    static func bf16() -> MachineLimit {
        var amount = 0.0
        let trial = seconds { amount = multiplyTiles(operations: 1e9) }
        let wanted = max(1e9, amount / trial / 10)
        amount = multiplyTiles(operations: wanted)
        return MachineLimit("bf16_gflops", "bf16 tiles", unit: "GFLOP/s", amount: amount) {
            _ = multiplyTiles(operations: wanted)
        }
    }

    /// The sum over half a gigabyte, larger than any cache, on all threads.
    static func read() -> MachineLimit {
        let buffer = Tensor(1 << 27)
        // Pages that were never written are one and the same page of zeros.
        buffer.fill(1)
        let bytes = Double(buffer.count * 4)
        return MachineLimit("read_gb_per_s", "memory read", unit: "GB/s", amount: bytes) {
            let total = sumOfBits(buffer)
            precondition(total != 0, "the sum of ones is 0")
        }
    }
}

func seconds(_ work: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(work) / .seconds(1)
}
