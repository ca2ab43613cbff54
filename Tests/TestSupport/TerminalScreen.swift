/// What a terminal shows of what was written to it: printable characters, carriage returns, line feeds,
/// and of the control sequences those that take a line away (EL, CSI K).
package struct TerminalScreen {
    package private(set) var width: Int
    private let height: Int
    private var rows: [[Character]]
    private var (row, column) = (0, 0)
    /// Bytes that do not make a character or a sequence yet.
    private var pending: [UInt8] = []

    /// How often a line was too long and went on in the next.
    package private(set) var wraps = 0
    /// How many lines left the screen at the top.
    package private(set) var scrolled = 0
    /// How often the line that the cursor is in was taken away.
    package private(set) var clears = 0
    /// Control characters and sequences that it does not know.
    package private(set) var unknown: [String] = []

    package init(width: Int, height: Int = 24) {
        self.width = width
        self.height = height
        rows = Array(repeating: [], count: height)
    }

    /// The lines that are not empty, without spaces at their ends.
    package var lines: [String] {
        rows.map { String(String($0).reversed().drop { $0 == " " }.reversed()) }
            .filter { !$0.isEmpty }
    }

    /// Cuts every line at the new width, as xterm does.
    package mutating func resize(width: Int) {
        self.width = width
        rows = rows.map { Array($0.prefix(width)) }
        column = min(column, width)
    }

    package mutating func write(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        while let first = pending.first {
            if first == 0x1B {
                guard let end = sequenceEnd else { return }
                obey(String(decoding: pending[1...end], as: UTF8.self))
                pending.removeFirst(end + 1)
            } else {
                let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
                guard pending.count >= length else { return }
                show(Character(String(decoding: pending[..<length], as: UTF8.self)))
                pending.removeFirst(length)
            }
        }
    }

    /// Of the final byte of a control sequence; nil before it has come.
    private var sequenceEnd: Int? {
        guard pending.count > 1 else { return nil }
        guard pending[1] == UInt8(ascii: "[") else { return 1 }
        return pending.indices.dropFirst(2).first { (0x40...0x7E).contains(pending[$0]) }
    }

    private mutating func obey(_ sequence: String) {
        switch sequence {
        case "[2K":
            clears += 1
            rows[row] = []
        case "[K", "[0K": rows[row] = Array(rows[row].prefix(column))
        case _ where sequence.hasPrefix("[") && sequence.hasSuffix("m"): break
        default: unknown.append(sequence)
        }
    }

    private mutating func show(_ character: Character) {
        switch character {
        case "\r": column = 0
        case "\n": nextLine()
        case "\r\n":
            column = 0
            nextLine()
        case _ where character.isASCII && (character.asciiValue ?? 0) < 0x20:
            unknown.append("\(character)")
        default:
            // The last column can be written without harm; the next character wraps.
            if column == width {
                wraps += 1
                column = 0
                nextLine()
            }
            while rows[row].count <= column { rows[row].append(" ") }
            rows[row][column] = character
            column += 1
        }
    }

    private mutating func nextLine() {
        if row < height - 1 {
            row += 1
        } else {
            rows.removeFirst()
            rows.append([])
            scrolled += 1
        }
    }
}
