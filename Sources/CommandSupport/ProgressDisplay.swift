import Base
import Foundation

/// A line on stderr that says how far a long piece of work is, how fast, and how long it will take.
///
/// On a terminal it stands from the third second on and is drawn again in place, as wide as the terminal is
/// then. Elsewhere, such as in the log of a batch queue, a line comes every 30 seconds.
package final class ProgressDisplay {
    /// Where the line goes.
    package struct Surface {
        /// In columns, now; nil if it is no terminal.
        package var width: () -> Int?
        package var write: (String) -> Void

        package init(width: @escaping () -> Int?, write: @escaping (String) -> Void) {
            self.width = width
            self.write = write
        }

        package static var standardError: Surface {
            let terminal = Terminal.standardError
            return Surface(
                width: { terminal.isTerminal ? terminal.width : nil },
                write: { StandardStreams.writeToStderr($0) })
        }
    }

    private let label: String
    private let unit: String
    private let total: Int
    private let scale: Double
    private let alreadyDone: Int
    private let surface: Surface
    private let start: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant
    private var drawn = false

    private static let clear = "\r\u{1B}[2K"

    /// - Parameters:
    ///   - unit: what is counted; "MB" counts bytes.
    ///   - alreadyDone: how much was done before this start, which says nothing of the rate.
    package init(
        _ label: String, unit: String, total: Int, alreadyDone: Int = 0,
        on surface: Surface = .standardError, at start: ContinuousClock.Instant = .now
    ) {
        self.label = label
        self.unit = unit
        self.total = total
        self.alreadyDone = alreadyDone
        self.surface = surface
        self.start = start
        lastDrawn = start
        scale = unit == "MB" ? 1e6 : 1
    }

    /// - Parameter details: more to say at the end of the line, the most important first.
    package func update(
        _ done: Int, details: [String] = [], at now: ContinuousClock.Instant = .now
    ) {
        guard now - lastDrawn > .milliseconds(200), now - start > .seconds(2) else { return }
        if let width = surface.width() {
            drawn = true
            surface.write(Self.clear + line(done, details, at: now).text(width: width))
        } else {
            guard now - lastDrawn >= .seconds(30) else { return }
            surface.write(line(done, details, at: now).text() + "\n")
        }
        lastDrawn = now
    }

    /// Takes the line away.
    package func finish() {
        if drawn { surface.write(Self.clear) }
        drawn = false
    }

    private func line(
        _ done: Int, _ details: [String], at now: ContinuousClock.Instant
    ) -> ProgressText {
        let rate = Double(done - alreadyDone) / ((now - start) / .seconds(1))
        let left = rate > 0 ? Self.duration(Double(total - done) / rate) : "?"
        let percent = total > 0 ? Int(100 * Double(done) / Double(total)) : 0
        let (count, all) = (format(Double(done) / scale), format(Double(total) / scale))
        return ProgressText(
            head: "\(label) \(percent)%", count: "\(count)/\(all) \(unit)",
            rate: "\(format(rate / scale)) \(unit)/s", left: "\(left) left", details: details)
    }

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
