import Base
import Plotting
import Results
import Tokenization

/// Blocks × positions for a terminal: in each cell the most probable token, over a shade or beside a
/// number.
package struct ReadingGrid {
    private let reading: ReadingResult
    private let scale: ReadingScale
    private let paint: TerminalPaint
    private let width: Int?
    private let wraps: Bool

    /// - Parameters:
    ///   - scale: of all readings that are shown together.
    ///   - width: how many columns there are; nil for as many as it takes.
    ///   - wraps: whether positions that find no room go below the others; else the last ones are shown
    ///     that do.
    package init(
        _ reading: ReadingResult, scale: ReadingScale, paint: TerminalPaint = .none,
        width: Int? = nil, wraps: Bool = false
    ) {
        self.reading = reading
        self.scale = scale
        self.paint = paint
        self.width = width
        self.wraps = wraps
    }

    private static let labelWidth = 7
    private static let numberWidth = 6
    /// Of a token; longer ones are cut.
    private static let tokenWidths = 4...10

    package var text: String {
        let columns = Array(reading.positions.indices)
        let cellWidth = cellWidth
        let room = width.map { max(1, ($0 - Self.labelWidth) / cellWidth) } ?? columns.count
        let isCut = columns.count > room && !wraps
        let shown = isCut ? Array(columns.suffix(room)) : columns
        var lines = heading(
            isCut ? "the last \(room) of \(counted(columns.count, "position"))" : nil)
        for start in stride(from: 0, to: shown.count, by: max(1, room)) {
            if start > 0 { lines.append("") }
            lines += band(Array(shown[start..<min(start + room, shown.count)]), cellWidth)
        }
        if paint != .none { lines += legend }
        return lines.joined(separator: "\n")
    }

    /// What is shown, on one line if that is as wide as the terminal.
    private func heading(_ part: String?) -> [String] {
        let facts = [
            counted(reading.length, "token"), part, paint == .none ? scale.quantity.title : nil,
        ].compactMap(\.self).joined(separator: "; ")
        let name = reading.name.clipped
        let limit = width ?? .max
        return terminalWidth(name) + 2 + terminalWidth(facts) <= limit
            ? [paint.bold(name) + ", " + facts]
            : [paint.bold(cut(name)), cut(facts)]
    }

    /// What the shades stand for.
    private var legend: [String] {
        let steps = 16
        let (first, last) =
            scale.quantity == .rank
            ? (scale.limits.high, scale.limits.low) : (scale.limits.low, scale.limits.high)
        func end(_ value: Double) -> String { ReadingScale.number(value, of: scale.quantity) }
        let ramp = (0..<steps).map {
            paint.over(ColorScale.viridis[Double($0) / Double(steps - 1)], " ")
        }.joined()
        let taken = end(first).count + end(last).count + steps + 4
        let bar = "\(end(first)) \(ramp) \(end(last))"
        return taken + terminalWidth(scale.quantity.title) <= width ?? .max
            ? ["\(bar)  \(scale.quantity.title)"] : [bar, cut(scale.quantity.title)]
    }

    private func cut(_ text: String) -> String {
        fitted(text, to: min(width ?? .max, terminalWidth(text)))
    }

    /// As the widest token of those shown needs, within bounds; with a space before it.
    private var cellWidth: Int {
        let tokens =
            reading.shownRows.flatMap { $0.row.top.compactMap { $0.first?.token } } + reading.tokens
            + reading.targetTokens.compactMap(\.self)
        let widest = tokens.map { terminalWidth(readable($0)) }.max() ?? 0
        let token = min(max(widest, Self.tokenWidths.lowerBound), Self.tokenWidths.upperBound)
        return 1 + token + (paint == .none ? 1 + Self.numberWidth : 0)
    }

    /// The text above, a row for each block, what follows below.
    private func band(_ columns: [Int], _ cellWidth: Int) -> [String] {
        func line(_ name: String, _ cell: (Int) -> String) -> String {
            let cells = columns.map { " " + fitted(cell($0), to: cellWidth - 1) }.joined()
            return trimmed(fitted(name, to: Self.labelWidth) + cells)
        }
        let above = [
            line("") { "\(reading.positions[$0])" },
            line("text") { readable(reading.tokens[$0]) },
        ].map(paint.faint)
        let below = paint.faint(
            line("target") { column in reading.targetTokens[column].map(readable) ?? "" })
        let grid = reading.shownRows.map { name, row in
            let values = row[scale.quantity]
            let cells = columns.map { cell(row.top[$0].first, values[$0], $0, cellWidth) }
            return trimmed(fitted(name, to: Self.labelWidth) + cells.joined())
        }
        return above + grid + [below]
    }

    private func cell(
        _ best: TokenProbability?, _ value: Double?, _ column: Int, _ width: Int
    ) -> String {
        let isTarget = best != nil && best?.id == reading.targets[column]
        let token = best.map { readable($0.token) } ?? ""
        guard paint == .none else {
            let text = fitted(token, to: min(width - 1, terminalWidth(token)))
            let filling = String(repeating: " ", count: width - 1 - terminalWidth(text))
            guard let share = scale.fraction(value) else { return " " + text + filling }
            return paint.over(
                ColorScale.viridis[share], before: " ", text, after: filling, isMarked: isTarget)
        }
        let number = ReadingScale.number(value, of: scale.quantity)
        return (isTarget ? "*" : " ") + fitted(token, to: width - 2 - Self.numberWidth) + " "
            + fitted(number, to: Self.numberWidth)
    }

    /// Without spaces at its end, which nobody sees where nothing is painted.
    private func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }
}
