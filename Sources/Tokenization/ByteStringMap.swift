/// Numbers byte strings 0, 1, 2, ... in the order they are inserted and finds them again.
///
/// Unlike a dictionary of `String`, it tells canonically equivalent strings apart, and a look-up
/// allocates nothing. Open addressing with linear probing, at most half full.
struct ByteStringMap {
    /// High half: 32 bits of the hash; low half: number + 1. Zero marks a free slot.
    private var slots: [UInt64]
    private var bytes: [UInt8] = []
    /// String i occupies `bytes[starts[i]..<starts[i + 1]]`.
    private var starts: [Int] = [0]

    var count: Int { starts.count - 1 }

    /// Bytes of all strings, and one for each.
    var size: Int { bytes.count + count }

    init(minimumCapacity: Int = 0) {
        var size = 16
        while size < 2 * minimumCapacity { size *= 2 }
        slots = [UInt64](repeating: 0, count: size)
    }

    /// The number of `key`, or nil if it was not inserted.
    @inline(__always)
    func number(of key: Bytes) -> Int? {
        let hash = Self.hash(key)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32 {
                let number = Int(slots[slot] & 0xFFFF_FFFF) - 1
                if matches(number, key) { return number }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// The key with a number.
    subscript(number: Int) -> ArraySlice<UInt8> { bytes[starts[number]..<starts[number + 1]] }

    /// Inserts a key that is not in the map.
    mutating func insert(_ key: Bytes) {
        if 2 * (count + 1) > slots.count { grow() }
        bytes.append(contentsOf: key)
        starts.append(bytes.count)
        place(Self.hash(key), number: count - 1)
    }

    mutating func removeAll() {
        for slot in slots.indices { slots[slot] = 0 }
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        starts.append(0)
    }

    private mutating func place(_ hash: UInt64, number: Int) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(number + 1)
    }

    private mutating func grow() {
        slots = [UInt64](repeating: 0, count: 2 * slots.count)
        for number in 0..<count {
            let hash = bytes.withUnsafeBufferPointer { all in
                Self.hash(Bytes(rebasing: all[starts[number]..<starts[number + 1]]))
            }
            place(hash, number: number)
        }
    }

    @inline(__always)
    private func matches(_ number: Int, _ key: Bytes) -> Bool {
        let start = starts[number]
        guard starts[number + 1] - start == key.count else { return false }
        return bytes.withUnsafeBufferPointer { all in
            for i in 0..<key.count where all[start + i] != key[i] { return false }
            return true
        }
    }

    /// Drawn anew for each process, so that no file can hold keys that collide; no result depends on
    /// it, since strings are numbered in the order they come.
    private static let seed = UInt64.random(in: 0...UInt64.max)

    /// Mixes eight bytes at a time by multiplication.
    @inline(__always)
    private static func hash(_ key: Bytes) -> UInt64 {
        let raw = UnsafeRawBufferPointer(key)
        var hash = seed ^ UInt64(truncatingIfNeeded: key.count) &* 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index + 8 <= raw.count {
            hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var rest: UInt64 = 0
        while index < raw.count {
            rest = rest << 8 | UInt64(raw[index])
            index += 1
        }
        return mix(hash ^ rest)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return high ^ low &+ 0xE703_7ED1_A0B4_28DB
    }
}

extension String {
    /// Calls `body` with the UTF-8 of the string.
    func withBytes<R>(_ body: (Bytes) throws -> R) rethrows -> R {
        var text = self
        return try text.withUTF8(body)
    }
}
