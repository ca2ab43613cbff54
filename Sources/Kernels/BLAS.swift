import CKernels
import COpenBLAS
import Foundation

/// OpenBLAS as it is used here: on one thread, with kernels that fit the CPU.
package enum BLAS {
    /// Evaluated before the first product.
    static let isReady: Bool = {
        let core = String(cString: openblas_get_corename())
        if let better = betterCore(
            than: core, isExplicit: getenv(coreVariable) != nil,
            hasAVX2: statelens_kernels_for("avx2") != nil,
            hasAVX512: statelens_kernels_for("avx512") != nil)
        {
            switchKernels(to: better)
        }
        openblas_set_num_threads(1)
        endThreads()
        return true
    }()

    /// Ends the library's own threads, which nothing asks for work: it starts one for each core, and each
    /// looks for some for a tenth of a second before it sleeps.
    private static func endThreads() {
        typealias Function = @convention(c) () -> CInt
        guard let end = dlsym(nil, "blas_thread_shutdown_") else { return }
        _ = unsafeBitCast(end, to: Function.self)()
    }

    /// Readies it for the process at its start, which spares the waking of threads that are to end.
    package static func prepare() { _ = isReady }

    /// Version, options and core of the library, as it states them.
    package static var description: String {
        _ = isReady
        return String(cString: openblas_get_config())
    }

    private static let coreVariable = "OPENBLAS_CORETYPE"

    /// The core whose kernels to take instead of those of `core`, nil to leave things as they are.
    ///
    /// A CPU that is newer than the library gets the kernels of the oldest x86-64, a fifth as fast.
    ///
    /// - Parameter isExplicit: the user named a core, which wins.
    package static func betterCore(
        than core: String, isExplicit: Bool, hasAVX2: Bool, hasAVX512: Bool
    ) -> String? {
        let withAVX2 = ["haswell", "zen", "skylakex", "cooperlake", "sapphirerapids"]
        guard !isExplicit, hasAVX2, !withAVX2.contains(core.lowercased()) else { return nil }
        return hasAVX512 ? "SkylakeX" : "Haswell"
    }

    /// Makes the library choose again, as at its start. Builds for one kind of CPU do not have the
    /// two functions, and stay as they are.
    private static func switchKernels(to core: String) {
        typealias Function = @convention(c) () -> Void
        guard let quit = dlsym(nil, "gotoblas_dynamic_quit"),
            let start = dlsym(nil, "gotoblas_dynamic_init")
        else { return }
        setenv(coreVariable, core, 1)
        unsafeBitCast(quit, to: Function.self)()
        unsafeBitCast(start, to: Function.self)()
        unsetenv(coreVariable)
    }
}
