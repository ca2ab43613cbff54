import Foundation

/// What is known of a stream that may be a terminal.
package struct Terminal: Sendable {
    package enum Colors: Sendable {
        case none
        /// The 256 of xterm.
        case palette
        case trueColor
    }

    package let isTerminal: Bool
    private let descriptor: Int32

    package static let standardOutput = Terminal(STDOUT_FILENO)
    package static let standardError = Terminal(STDERR_FILENO)

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
    }

    /// In characters, now; nil if the stream is no terminal. One that does not know has what `COLUMNS` says,
    /// or 80.
    package var width: Int? {
        guard isTerminal else { return nil }
        var size = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
            return Int(size.ws_col)
        }
        let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 0
        return columns > 0 ? columns : 80
    }

    /// None for what is no terminal, for a dumb one, and where `NO_COLOR` is set (no-color.org).
    package var colors: Colors {
        let environment = ProcessInfo.processInfo.environment
        let name = environment["TERM"] ?? ""
        guard isTerminal, environment["NO_COLOR"]?.isEmpty ?? true, !["", "dumb"].contains(name)
        else { return .none }
        return ["truecolor", "24bit"].contains(environment["COLORTERM"])
            || name.hasSuffix("-direct")
            ? .trueColor : .palette
    }
}
