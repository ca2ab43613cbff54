/// Decompresses a deflate stream (RFC 1951) that is known to be well formed.
struct Inflater {
    private let input: [UInt8]
    private var bitIndex = 0
    private var output: [UInt8] = []

    init(_ input: [UInt8]) { self.input = input }

    mutating func run() -> [UInt8] {
        var isLast = false
        while !isLast {
            isLast = bits(1) == 1
            switch bits(2) {
            case 0: stored()
            case 1:
                let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
                block(Huffman(lengths), Huffman([Int](repeating: 5, count: 30)))
            default:
                let (literals, distances) = tables()
                block(literals, distances)
            }
        }
        return output
    }

    private mutating func bits(_ count: Int) -> Int {
        var value = 0
        for position in 0..<count {
            value |= Int(input[bitIndex >> 3] >> (bitIndex & 7) & 1) << position
            bitIndex += 1
        }
        return value
    }

    private mutating func stored() {
        let start = (bitIndex + 7) / 8
        let length = Int(input[start]) | Int(input[start + 1]) << 8
        output += input[(start + 4)..<(start + 4 + length)]
        bitIndex = (start + 4 + length) * 8
    }

    private mutating func tables() -> (Huffman, Huffman) {
        let (literals, distances) = (bits(5) + 257, bits(5) + 1)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var codeLengths = [Int](repeating: 0, count: 19)
        for index in order.prefix(bits(4) + 4) { codeLengths[index] = bits(3) }
        let code = Huffman(codeLengths)
        var lengths: [Int] = []
        while lengths.count < literals + distances {
            switch symbol(code) {
            case 16: lengths += [Int](repeating: lengths[lengths.count - 1], count: bits(2) + 3)
            case 17: lengths += [Int](repeating: 0, count: bits(3) + 3)
            case 18: lengths += [Int](repeating: 0, count: bits(7) + 11)
            case let length: lengths.append(length)
            }
        }
        return (Huffman(Array(lengths[..<literals])), Huffman(Array(lengths[literals...])))
    }

    private mutating func block(_ literals: Huffman, _ distances: Huffman) {
        while true {
            let code = symbol(literals)
            if code < 256 {
                output.append(UInt8(code))
                continue
            }
            if code == 256 { return }
            // Lengths 3...10 have codes of their own; then four codes share each extra bit.
            let index = code - 257
            let extra = index < 8 || index == 28 ? 0 : index / 4 - 1
            let base = index < 8 ? index + 3 : index == 28 ? 258 : (4 + index % 4) << extra + 3
            let length = base + bits(extra)
            let place = symbol(distances)
            let placeExtra = place < 4 ? 0 : place / 2 - 1
            let placeBase = place < 4 ? place + 1 : (2 + place % 2) << placeExtra + 1
            let distance = placeBase + bits(placeExtra)
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    private mutating func symbol(_ table: Huffman) -> Int {
        var (code, first, index) = (0, 0, 0)
        for count in table.counts {
            code |= bits(1)
            if code - first < count { return table.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        preconditionFailure("no such code")
    }
}

/// A canonical code: how many symbols have each length from 1, and the symbols in code order.
struct Huffman {
    let counts: [Int]
    let symbols: [Int]

    init(_ lengths: [Int]) {
        counts = (1...15).map { length in lengths.count { $0 == length } }
        symbols = (1...15).flatMap { length in lengths.indices.filter { lengths[$0] == length } }
    }
}
