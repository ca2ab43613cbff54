import Base
import Foundation
import Plotting
import Results
import Tokenization

/// One position of a reading for a terminal: the most probable tokens after each block, with bars.
package struct ReadingColumn {
    private let reading: ReadingResult
    private let column: Int
    private let paint: TerminalPaint
    private let width: Int

    /// - Parameter column: an index of `reading.positions`.
    package init(
        _ reading: ReadingResult, column: Int, paint: TerminalPaint = .none, width: Int? = nil
    ) {
        self.reading = reading
        self.column = column
        self.paint = paint
        self.width = width ?? .max
    }

    private static let tokenWidth = 11
    private static let barWidth = 6
    /// ` 0.12` behind the bar, and two spaces before.
    private static let entryWidth = tokenWidth + barWidth + 7

    package var text: String {
        let rows = reading.shownRows
        let hasTarget = reading.targets[column] != nil
        let head =
            fitted("blocks", to: 7)
            + (hasTarget
                ? fitted("target", to: 7, alignedRight: true) + " "
                    + fitted("rank", to: 6, alignedRight: true) + " " : "")
            + fitted("entropy", to: 7, alignedRight: true) + " "
        let most = rows.map { $0.row.top[column].count }.max() ?? 0
        let count = min(most, max(1, (width - head.count) / Self.entryWidth))
        var lines = [
            paint.bold(reading.name.clipped)
                + ", position \(reading.positions[column]) '\(readable(reading.tokens[column]))'"
                + (reading.targetTokens[column].map { ", target '\(readable($0))'" } ?? ""),
            paint.faint(
                head
                    + (1...max(1, count)).map { "  " + fitted("\($0).", to: Self.entryWidth - 2) }
                    .joined()),
        ]
        for (name, row) in rows {
            func number(_ quantity: ReadingQuantity, _ width: Int) -> String {
                fitted(
                    ReadingScale.number(row[quantity][column], of: quantity), to: width - 1,
                    alignedRight: true) + " "
            }
            let numbers =
                (hasTarget ? number(.probability, 8) + number(.rank, 7) : "")
                + number(.entropy, 8)
            lines.append(
                fitted(name, to: 7) + numbers
                    + row.top[column].prefix(count).map(entry).joined())
        }
        return lines.map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private func entry(_ token: TokenProbability) -> String {
        let isTarget = token.id == reading.targets[column]
        let name = fitted(readable(token.token), to: Self.tokenWidth - 1) + " "
        return (isTarget ? " *" : "  ") + (isTarget ? paint.bold(name) : name)
            + bar(token.probability)
            + fitted(decimal(token.probability, digits: 2), to: 5, alignedRight: true)
    }

    /// Eighths of a character's width.
    private func bar(_ share: Double) -> String {
        let eighths = Int((min(max(share, 0), 1) * Double(8 * Self.barWidth)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let bar = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return fitted(bar, to: Self.barWidth)
    }
}
