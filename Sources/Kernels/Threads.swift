import Dispatch
import Foundation
import Synchronization

/// The one place that starts threads. OpenBLAS is held to a single thread: a product is split
/// here, so that threads are never nested and their number is what the user asked for.
package enum Threads {
    private static let requested = Atomic(ProcessInfo.processInfo.activeProcessorCount)

    /// Number of threads that `parallel` and `gemm` use; at first one for each core.
    package static var count: Int {
        get {
            _ = BLAS.isReady
            return requested.load(ordering: .relaxed)
        }
        set { requested.store(max(1, newValue), ordering: .relaxed) }
    }
}

/// Calls `body` once for each of `0 ..< count`, on up to `Threads.count` threads at once, in any
/// order; returns when all calls have. `body` writes only to what belongs to its index.
package func parallel(_ count: Int, _ body: (Int) -> Void) {
    let workers = min(Threads.count, count)
    guard workers > 1 else {
        for index in 0..<count { body(index) }
        return
    }
    let next = Atomic(0)
    withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index)
            }
        }
    }
}

/// Cuts `0 ..< count` into at most `Threads.count` runs of nearly equal length that are multiples
/// of `grain` (but for the last), and calls `body` for them in parallel.
package func parallelRanges(_ count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
    let grains = (count + grain - 1) / grain
    let parts = min(Threads.count, grains)
    guard parts > 0 else { return }
    parallel(parts) { part in
        let start = grains * part / parts * grain
        let end = min(count, grains * (part + 1) / parts * grain)
        if start < end { body(start..<end) }
    }
}

/// `body` of each of `0 ..< count`, computed in parallel, `grain` of them at a time. A sum over the
/// result does not depend on the number of threads.
package func parallelMap(_ count: Int, grain: Int = 1, _ body: (Int) -> Double) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { result, initialized in
        initialized = count
        guard let base = result.baseAddress else { return }
        parallelRanges(count, grain: grain) { range in
            for index in range { base[index] = body(index) }
        }
    }
}

/// Runs `body` beside what follows, on a thread of its own; nobody waits for it.
package func alongside(_ body: @escaping @Sendable () -> Void) {
    DispatchQueue.global().async(execute: body)
}
