import Foundation
import Synchronization

/// The temporary files that are being written, so that a signal that ends the process takes them away: in
/// memory that a handler of signals may read.
package enum PartialFiles {
    private static let capacity = 16
    /// C strings, nil for free places.
    nonisolated(unsafe) private static let paths = {
        let paths = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: capacity)
        paths.initialize(repeating: nil, count: capacity)
        return paths
    }()
    private static let lock = Mutex(())

    /// - Returns: what `remove` takes; nil where there are too many, of which a signal leaves some behind.
    static func add(_ path: String) -> Int? {
        lock.withLock { _ in
            let free = (0..<capacity).first { paths[$0] == nil }
            if let free { paths[free] = strdup(path) }
            return free
        }
    }

    static func remove(_ mark: Int?) {
        guard let mark else { return }
        lock.withLock { _ in
            let path = paths[mark]
            paths[mark] = nil
            free(path)
        }
    }

    /// Removes them all, in a handler of a signal that ends the process.
    package static func unlinkAll() {
        for place in 0..<capacity {
            if let path = paths[place] { unlink(path) }
        }
    }
}
