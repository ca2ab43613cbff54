import Foundation
import Synchronization

/// Which files are mapped where, for the signal that comes when a mapped file has become shorter and a
/// page that was cut off is read.
///
/// A signal handler may not allocate or wait, so the table has a fixed size and is only ever written
/// entry by entry; files beyond it are told without their names.
enum MappingFaults {
    private struct Entry {
        var start: UInt = 0
        var end: UInt = 0
        var path: UnsafeMutablePointer<CChar>?
    }

    private static let capacity = 256
    nonisolated(unsafe) private static let table: UnsafeMutablePointer<Entry> = {
        let table = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        table.initialize(repeating: Entry(), count: capacity)
        return table
    }()
    private static let lock = Mutex(())

    static func add(_ bytes: UnsafeRawBufferPointer, _ path: String) {
        guard let base = bytes.baseAddress else { return }
        lock.withLock { _ in
            guard let free = (0..<capacity).first(where: { table[$0].end == 0 }) else { return }
            table[free].path = strdup(path)
            table[free].start = UInt(bitPattern: base)
            table[free].end = UInt(bitPattern: base) + UInt(bytes.count)
        }
    }

    static func remove(_ bytes: UnsafeRawBufferPointer) {
        let start = UInt(bitPattern: bytes.baseAddress)
        lock.withLock { _ in
            for place in 0..<capacity where table[place].end != 0 && table[place].start == start {
                table[place].end = 0
                free(table[place].path)
                table[place].path = nil
            }
        }
    }

    /// Ends the process with a sentence where a mapped file has become shorter.
    static func report() {
        _ = table
        var action = sigaction()
        action.sa_flags = SA_SIGINFO
        action.__sigaction_handler.sa_sigaction = { _, info, _ in
            let address = UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr)
            func write(_ text: StaticString) {
                _ = Foundation.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
            }
            write("error: ")
            for place in 0..<MappingFaults.capacity {
                let entry = MappingFaults.table[place]
                guard entry.start <= address, address < entry.end, let path = entry.path else {
                    continue
                }
                _ = Foundation.write(STDERR_FILENO, path, strlen(path))
                write(": ")
            }
            write("a file became shorter, or its disk failed, while it was read; ")
            write("restore it and repeat the command\n")
            _exit(FailureKind.inputOutput.rawValue)
        }
        sigaction(SIGBUS, &action, nil)
    }
}
