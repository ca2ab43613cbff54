import Foundation
import TestSupport

/// Damages files as disks, editors, other programs and ill will do: the same seed gives the same bytes.
struct Mutator {
    private var random: TestRandom

    init(seed: UInt64) { random = TestRandom(seed: seed) }

    private static let numbers = [
        "-1", "0", "1", "7", "255", "65536", "2147483647", "2147483648", "4294967296",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "1e308", "1e999", "-0.0", "0.5", "1.0", "NaN", "Infinity", "-Infinity", "null", "true",
        "\"1\"",
        "[]", "{}", "{\"__float__\": \"Infinity\"}",
    ]

    private static let pieces: [[UInt8]] = [
        [0], [0xFF], [0xC3], [0xF0, 0x9F], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF],
        Array("\\ud800".utf8),
        Array("\\u0000".utf8), Array("\"".utf8), Array("\\".utf8), Array("{".utf8), Array("[".utf8),
        Array("]}".utf8), Array(",".utf8), Array(",,".utf8), Array(":".utf8), Array("\n".utf8),
        Array("\r\n".utf8), Array("\u{1B}[2J".utf8), Array("\u{212B}".utf8), Array("\t".utf8),
        [UInt8](repeating: UInt8(ascii: "["), count: 3000), [UInt8](repeating: 0x61, count: 5000),
    ]

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }

    /// The file with one to four faults.
    mutating func mutate(_ original: Data) -> Data {
        var bytes = [UInt8](original)
        for _ in 0...below(4) { damage(&bytes) }
        return Data(bytes)
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        // Headers are where a file says what it is.
        let place = below(2) == 0 ? below(min(bytes.count, 256)) : below(bytes.count)
        let length = min(bytes.count - place, 1 + below(below(3) == 0 ? bytes.count : 16))
        switch below(9) {
        case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes.removeSubrange(place..<place + length)
        case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: below(bytes.count))
        case 3: bytes.removeSubrange(place...)
        case 4: bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: place)
        case 5, 6: replaceNumber(&bytes, from: place)
        case 7:
            // A length or an offset of a binary format.
            let values: [UInt64] = [0, 1, .max, 1 << 31, 1 << 32, 1 << 62, UInt64(bytes.count)]
            withUnsafeBytes(of: values[below(values.count)].littleEndian) { value in
                for (offset, byte) in value.enumerated() where place + offset < bytes.count {
                    bytes[place + offset] = byte
                }
            }
        default: swapStrings(&bytes, from: place)
        }
    }

    /// Puts another number, or what is none, in the place of the next one.
    private mutating func replaceNumber(_ bytes: inout [UInt8], from place: Int) {
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || byte == 0x2E }
        guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: Self.numbers[below(Self.numbers.count)].utf8)
    }

    /// Puts one text in quotes in the place of another: doubled keys, wrong types, unknown names.
    private mutating func swapStrings(_ bytes: inout [UInt8], from place: Int) {
        func string(from place: Int) -> Range<Int>? {
            let quote = UInt8(ascii: "\"")
            guard let start = bytes[place...].firstIndex(of: quote),
                let end = bytes[(start + 1)...].firstIndex(of: quote)
            else { return nil }
            return start..<end + 1
        }
        guard let target = string(from: place), let source = string(from: below(bytes.count)) else {
            return
        }
        bytes.replaceSubrange(target, with: Array(bytes[source]))
    }
}
