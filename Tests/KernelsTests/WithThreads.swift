import Foundation
import Kernels

private let turn = NSLock()

/// Runs `body` with so many threads; one caller at a time, since the number belongs to the process.
func withThreads<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    try turn.withLock {
        let before = Threads.count
        Threads.count = count
        defer { Threads.count = before }
        return try body()
    }
}
