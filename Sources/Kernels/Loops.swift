import Base
import CKernels
import Foundation

/// The vectorized loops of `CKernels` for this CPU, or for the path `STATELENS_KERNELS` names.
///
/// A table of C function pointers that nobody writes to.
nonisolated(unsafe) let loops: statelens_kernels = {
    let requested = ProcessInfo.processInfo.environment["STATELENS_KERNELS"]
    guard let table = statelens_kernels_for(requested) ?? statelens_kernels_for(nil) else {
        preconditionFailure("no portable kernels were compiled")
    }
    return table.pointee
}()

package enum KernelPath {
    /// The instruction set in use: "portable", "avx2", "avx512" or "amx".
    package static var name: String { String(cString: loops.name) }

    /// - Throws: `KernelError.unavailable` if `STATELENS_KERNELS` asks for what is not there.
    package static func check() throws {
        guard let requested = ProcessInfo.processInfo.environment["STATELENS_KERNELS"] else {
            return
        }
        guard statelens_kernels_for(requested) != nil else {
            throw KernelError.unavailable(requested: requested, best: name)
        }
    }
}

package enum KernelError: UserFacingError, Equatable {
    case unavailable(requested: String, best: String)

    package var kind: FailureKind { .usage }

    package var description: String {
        switch self {
        case .unavailable(let requested, let best):
            "STATELENS_KERNELS=\(requested): expected portable, avx2, avx512 or amx, and a CPU"
                + " that has it; unset it to use the best this CPU has (\(best))"
        }
    }
}
