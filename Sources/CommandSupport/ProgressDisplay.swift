import Base
import Foundation

/// A line on stderr that says how far a long piece of work is, how fast, and how long it will take.
///
/// Silent for the first two seconds and where stderr is no terminal.
package final class ProgressDisplay {
    private let label: String
    private let unit: String
    private let total: Int
    private let scale: Double
    private let alreadyDone: Int
    private let start = ContinuousClock.now
    private var lastDrawn = ContinuousClock.now
    private var drawn = false
    private let isTerminal = isatty(STDERR_FILENO) == 1

    /// - Parameters:
    ///   - unit: what is counted; "MB" counts bytes.
    ///   - alreadyDone: how much was done before this start, which says nothing of the rate.
    package init(_ label: String, unit: String, total: Int, alreadyDone: Int = 0) {
        self.label = label
        self.unit = unit
        self.total = total
        self.alreadyDone = alreadyDone
        scale = unit == "MB" ? 1e6 : 1
    }

    /// - Parameter detail: more to say at the end of the line.
    package func update(_ done: Int, detail: String = "") {
        let now = ContinuousClock.now
        guard isTerminal, now - start > .seconds(2), now - lastDrawn > .milliseconds(200) else {
            return
        }
        lastDrawn = now
        drawn = true
        let elapsed = (now - start) / .seconds(1)
        let rate = Double(done - alreadyDone) / elapsed
        let left = rate > 0 ? Self.duration(Double(total - done) / rate) : "?"
        let percent = total > 0 ? Int(100 * Double(done) / Double(total)) : 0
        let text =
            "\(label) \(percent)%  \(format(Double(done) / scale))/\(format(Double(total) / scale))"
            + " \(unit)  \(format(rate / scale)) \(unit)/s  \(left) left  \(detail)"
        write("\r\u{1B}[2K" + text)
    }

    /// Takes the line away.
    package func finish() {
        if drawn { write("\r\u{1B}[2K") }
    }

    private func write(_ text: String) { StandardStreams.writeToStderr(text) }

    private func format(_ value: Double) -> String {
        value >= 100 || value == value.rounded()
            ? String(Int(value)) : String(format: "%.1f", value)
    }

    /// `2 h 5 min`.
    package static func duration(_ seconds: Double) -> String {
        let seconds = Int(min(seconds, 1e9))
        return switch seconds {
        case 86400...: "\(seconds / 86400) d \(seconds % 86400 / 3600) h"
        case 3600...: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        case 60...: "\(seconds / 60) min \(seconds % 60) s"
        default: "\(seconds) s"
        }
    }
}
