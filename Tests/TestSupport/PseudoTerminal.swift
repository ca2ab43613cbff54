import Foundation

/// A terminal that a program can be given as a stream, and the screen behind it.
package final class PseudoTerminal {
    /// `TIOCSPTLCK` and `TIOCGPTN`, macros that Swift does not see.
    private static let (lock, askNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    private let master: Int32
    /// The program's end.
    package let stream: FileHandle
    package private(set) var screen: TerminalScreen

    package init(width: Int, height: Int = 24) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (isLocked, number): (Int32, Int32) = (0, 0)
        guard master >= 0, ioctl(master, Self.lock, &isLocked) == 0,
            ioctl(master, Self.askNumber, &number) == 0,
            let stream = FileHandle(forUpdatingAtPath: "/dev/pts/\(number)")
        else { throw CocoaError(.fileReadUnknown) }
        self.stream = stream
        screen = TerminalScreen(width: width, height: height)
        resize(width: width, height: height)
    }

    deinit { close(master) }

    package func resize(width: Int, height: Int = 24) {
        var size = winsize(
            ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        screen.resize(width: width)
    }

    /// Shows what the program writes, until the screen is as it should be.
    ///
    /// - Returns: whether that was so within the time.
    package func wait(
        _ timeout: Duration = .seconds(120), until holds: (TerminalScreen) -> Bool
    ) -> Bool {
        let end = ContinuousClock.now + timeout
        var bytes = [UInt8](repeating: 0, count: 4096)
        while !holds(screen) {
            guard ContinuousClock.now < end else { return false }
            var waiting = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 100) > 0 else { continue }
            let count = read(master, &bytes, bytes.count)
            guard count > 0 else { return false }
            screen.write(bytes[..<count])
        }
        return true
    }
}
