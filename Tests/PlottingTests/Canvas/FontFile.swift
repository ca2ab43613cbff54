import Foundation

/// Advances and boxes of the glyphs of a TrueType file: what cairo measures, read by another route.
struct FontFile {
    /// Of a glyph, in units of the font's size, y up.
    struct Glyph {
        var advance: Double
        /// Nil of one without ink, as a space.
        var ink: (left: Double, bottom: Double, right: Double, top: Double)?
    }

    static let regular = FontFile("DejaVuSans.ttf")
    static let bold = FontFile("DejaVuSans-Bold.ttf")

    private let bytes: Data
    private let tables: [String: Int]

    private init(_ name: String) {
        let folder = "/usr/share/fonts/truetype/dejavu"
        bytes = (try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))) ?? Data()
        precondition(!bytes.isEmpty, "no \(folder)/\(name): make deps installs it")
        let bytes = bytes
        tables = (0..<Self.integer(bytes, 4, 2)).reduce(into: [:]) { tables, index in
            let record = 12 + 16 * index
            let tag = String(decoding: bytes[record..<record + 4], as: UTF8.self)
            tables[tag] = Self.integer(bytes, record + 8, 4)
        }
    }

    private static func integer(_ bytes: Data, _ offset: Int, _ count: Int) -> Int {
        bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }

    private func integer(_ offset: Int, _ count: Int = 2) -> Int {
        Self.integer(bytes, offset, count)
    }

    private func signed(_ offset: Int) -> Double {
        Double(Int16(truncatingIfNeeded: integer(offset)))
    }

    /// A scalar's glyph; that of characters which the font lacks where it has none.
    func glyph(_ scalar: Unicode.Scalar) -> Glyph {
        let index = index(of: Int(scalar.value))
        let (head, metrics) = (tables["head"]!, tables["hmtx"]!)
        let size = Double(integer(head + 18))
        let widths = integer(tables["hhea"]! + 34)
        let advance = Double(integer(metrics + 4 * min(index, widths - 1))) / size
        let isLong = integer(head + 50) == 1
        let offsets = [index, index + 1].map { glyph in
            isLong
                ? integer(tables["loca"]! + 4 * glyph, 4) : 2 * integer(tables["loca"]! + 2 * glyph)
        }
        guard offsets[0] < offsets[1] else { return Glyph(advance: advance) }
        let box = (1...4).map { signed(tables["glyf"]! + offsets[0] + 2 * $0) / size }
        return Glyph(advance: advance, ink: (box[0], box[1], box[2], box[3]))
    }

    /// By the segments of the first table of format 12, which has all of Unicode.
    private func index(of scalar: Int) -> Int {
        let cmap = tables["cmap"]!
        let subtables = (0..<integer(cmap + 2)).map { cmap + integer(cmap + 8 + 8 * $0, 4) }
        guard let table = subtables.first(where: { integer($0) == 12 }) else { return 0 }
        for group in 0..<integer(table + 12, 4) {
            let start = table + 16 + 12 * group
            let (first, last) = (integer(start, 4), integer(start + 4, 4))
            if (first...last).contains(scalar) { return integer(start + 8, 4) + scalar - first }
        }
        return 0
    }
}
