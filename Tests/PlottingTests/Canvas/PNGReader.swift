/// A PNG reader written from the PNG and deflate specifications, so that tests look at files by
/// another route than the library that wrote them. 8-bit RGB without interlacing.
struct PNGReader {
    struct Chunk {
        let type: String
        let data: [UInt8]
        let checksumIsRight: Bool
    }

    let chunks: [Chunk]
    let width: Int
    let height: Int
    private let rgb: [UInt8]

    init?(_ file: [UInt8]) {
        guard file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
            return nil
        }
        var chunks: [Chunk] = []
        var offset = 8
        while offset + 12 <= file.count {
            let length = Self.integer(file, offset)
            guard offset + 12 + length <= file.count else { return nil }
            let body = Array(file[(offset + 4)..<(offset + 8 + length)])
            chunks.append(
                Chunk(
                    type: String(decoding: body.prefix(4), as: UTF8.self),
                    data: Array(body.dropFirst(4)),
                    checksumIsRight: Self.checksum(body)
                        == Self.integer(file, offset + 8 + length)))
            offset += 12 + length
        }
        guard offset == file.count, let header = chunks.first, header.type == "IHDR",
            header.data[8...] == [8, 2, 0, 0, 0]
        else { return nil }
        self.chunks = chunks
        width = Self.integer(header.data, 0)
        height = Self.integer(header.data, 4)
        let stream = chunks.filter { $0.type == "IDAT" }.flatMap(\.data)
        var inflater = Inflater(Array(stream.dropFirst(2)))
        rgb = Self.unfiltered(inflater.run(), width: width, height: height)
    }

    /// `0xRRGGBB`.
    func pixel(_ x: Int, _ y: Int) -> Int {
        let start = (y * width + x) * 3
        return Int(rgb[start]) << 16 | Int(rgb[start + 1]) << 8 | Int(rgb[start + 2])
    }

    /// Number of pixels of one colour in a column.
    func count(_ color: Int, column x: Int) -> Int {
        (0..<height).count { pixel(x, $0) == color }
    }

    /// Keyword and text of the tEXt and uncompressed iTXt chunks.
    var texts: [String: String] {
        var texts: [String: String] = [:]
        for chunk in chunks where chunk.type == "tEXt" || chunk.type == "iTXt" {
            let parts = chunk.data.split(
                separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            // After an iTXt keyword: two flags, then language and translated keyword, each ended by 0.
            let text = chunk.type == "tEXt" ? parts[1] : parts[1].dropFirst(4)
            texts[String(decoding: parts[0], as: UTF8.self)] = String(decoding: text, as: UTF8.self)
        }
        return texts
    }

    static func integer(_ bytes: [UInt8], _ offset: Int) -> Int {
        bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func checksum(_ bytes: [UInt8]) -> Int {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return Int(~crc)
    }

    private static func unfiltered(_ data: [UInt8], width: Int, height: Int) -> [UInt8] {
        let stride = width * 3
        var rgb = [UInt8](repeating: 0, count: stride * height)
        for row in 0..<height {
            let filter = data[row * (stride + 1)]
            for column in 0..<stride {
                let index = row * stride + column
                let a = column >= 3 ? Int(rgb[index - 3]) : 0
                let b = row > 0 ? Int(rgb[index - stride]) : 0
                let c = column >= 3 && row > 0 ? Int(rgb[index - stride - 3]) : 0
                let prediction: Int
                switch filter {
                case 1: prediction = a
                case 2: prediction = b
                case 3: prediction = (a + b) / 2
                case 4:
                    let (pa, pb, pc) = (abs(b - c), abs(a - c), abs(a + b - 2 * c))
                    prediction = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
                default: prediction = 0
                }
                rgb[index] = data[row * (stride + 1) + 1 + column] &+ UInt8(prediction)
            }
        }
        return rgb
    }
}
