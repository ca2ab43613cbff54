import Base
import Corpora
import TestSupport

/// Files made for one test.
func file(_ folder: TemporaryFolder, _ name: String, _ bytes: [UInt8]) throws -> String {
    let path = folder(name)
    try writeFile(bytes, to: path)
    return path
}

func file(_ folder: TemporaryFolder, _ name: String, _ text: String) throws -> String {
    try file(folder, name, Array(text.utf8))
}

extension DocumentReader {
    /// Every document left.
    func rest() throws -> [String] {
        var documents: [String] = []
        while let document = try next() { documents.append(document) }
        return documents
    }
}

/// A zstd file written by hand after RFC 8878, for shapes that a compressor does not make.
enum ZstdFrame {
    enum Block {
        case raw([UInt8])
        /// One byte, repeated.
        case run(UInt8, count: Int)
    }

    static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// A frame without checksum and declared size, with a window of `2^windowLog` bytes.
    static func bytes(_ blocks: [Block], windowLog: Int = 17) -> [UInt8] {
        var bytes = magic + [0, UInt8((windowLog - 10) << 3)]
        for (index, block) in blocks.enumerated() {
            let last = index == blocks.count - 1 ? 1 : 0
            switch block {
            case .raw(let content):
                bytes += header(last | 0 << 1 | content.count << 3) + content
            case .run(let byte, let count):
                bytes += header(last | 1 << 1 | count << 3) + [byte]
            }
        }
        return bytes
    }

    static func skippable(_ content: [UInt8]) -> [UInt8] {
        [0x50, 0x2A, 0x4D, 0x18, UInt8(content.count), 0, 0, 0] + content
    }

    static func text(_ text: String) -> [UInt8] { bytes([.raw(Array(text.utf8))]) }

    private static func header(_ value: Int) -> [UInt8] {
        [UInt8(value & 255), UInt8(value >> 8 & 255), UInt8(value >> 16 & 255)]
    }
}
