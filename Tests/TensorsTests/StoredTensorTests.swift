import Base
import Foundation
import Tensors
import Testing
import TestSupport

@Suite struct StoredTensorTests {
    /// The bytes of `numbers` behind `gap` bytes, as part of a file lies.
    private func stored<T: BitwiseCopyable>(
        _ dtype: DType, _ numbers: [T], gap: Int = 0
    ) -> StoredTensor {
        let storage = Storage(byteCount: gap + numbers.count * MemoryLayout<T>.size)
        numbers.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: storage.bytes[gap...]).copyMemory(from: $0)
        }
        return StoredTensor(dtype: dtype, shape: [numbers.count], storage: storage, byteOffset: gap)
    }

    private func floats(_ tensor: StoredTensor) throws -> [Float] {
        let converted = try #require(tensor.float32())
        #expect(converted.shape == tensor.shape)
        return withExtendedLifetime(converted) { Array(converted.elements) }
    }

    /// The value by the definition of a binary format, in float64.
    private func value(sign: Int, exponent: Int, fraction: Int, bits: Int, bias: Int, top: Int)
        -> Double
    {
        let share = Double(fraction) / pow(2, Double(bits))
        let magnitude: Double =
            if exponent == top {
                fraction == 0 ? .infinity : .nan
            } else if exponent == 0 {
                share * pow(2, Double(1 - bias))
            } else {
                (1 + share) * pow(2, Double(exponent - bias))
            }
        return sign == 0 ? magnitude : -magnitude
    }

    private func expectEqual(_ found: [Float], _ expected: (Int) -> Double) {
        #expect(found.count == 65536)
        let wrong = found.enumerated().filter { pattern, value in
            let expected = expected(pattern)
            return expected.isNaN
                ? !value.isNaN : Double(value) != expected || value.sign != expected.sign
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    @Test("all half-precision patterns", arguments: [0, 1])
    func halves(gap: Int) throws {
        expectEqual(try floats(stored(.float16, [UInt16](0...65535), gap: gap))) {
            value(
                sign: $0 >> 15, exponent: $0 >> 10 & 31, fraction: $0 & 1023, bits: 10, bias: 15,
                top: 31)
        }
    }

    @Test("all bfloat16 patterns", arguments: [0, 3])
    func bfloats(gap: Int) throws {
        expectEqual(try floats(stored(.bfloat16, [UInt16](0...65535), gap: gap))) {
            value(
                sign: $0 >> 15, exponent: $0 >> 7 & 255, fraction: $0 & 127, bits: 7, bias: 127,
                top: 255)
        }
    }

    @Test("float32 is a view where it is aligned and a copy where not", arguments: 0..<8)
    func float32(gap: Int) throws {
        let numbers: [Float] = [1.5, -0.0, .infinity, .leastNonzeroMagnitude]
        let tensor = stored(.float32, numbers, gap: gap)
        #expect(try floats(tensor).map(\.bitPattern) == numbers.map(\.bitPattern))
        #expect((tensor.float32()?.storage === tensor.storage) == (gap % 4 == 0))
    }

    @Test("float64 rounds to the nearest float32")
    func float64() throws {
        let numbers: [Double] = [0.1, -1e300, 1 + 0x1p-24, 1 + 0x1.8p-23, 1e-46, -.infinity]
        #expect(
            try floats(stored(.float64, numbers, gap: 5))
                == [Float(0.1), -.infinity, 1, 1 + 0x1p-22, 0, -.infinity])
    }

    @Test("integers of every width, and no floats", arguments: [0, 1])
    func integers(gap: Int) {
        #expect(
            stored(.int64, [Int64.min, -1, Int64.max], gap: gap).integers() == [.min, -1, .max])
        #expect(
            stored(.int32, [Int32.min, 7], gap: gap).integers() == [Int64(Int32.min), 7])
        #expect(stored(.int16, [Int16.min, 7], gap: gap).integers() == [-32768, 7])
        #expect(stored(.int8, [Int8.min, 127], gap: gap).integers() == [-128, 127])
        #expect(stored(.uint8, [UInt8(0), 255], gap: gap).integers() == [0, 255])
        #expect(stored(.bool, [UInt8(0), 1], gap: gap).integers() == [0, 1])
        #expect(stored(.float32, [Float(1)], gap: gap).integers() == nil)
        for dtype in DType.allCases {
            let tensor = stored(dtype, [Int64](repeating: 0, count: 1), gap: gap)
            #expect((tensor.float32() == nil) != dtype.isFloatingPoint)
            #expect((tensor.integers() == nil) == dtype.isFloatingPoint)
        }
    }

    @Test("element types are spelled and sized as in safetensors headers")
    func dtypes() {
        let sizes = DType.allCases.map { ($0.rawValue, $0.byteCount) }
        let expected = [
            ("F64", 8), ("F32", 4), ("F16", 2), ("BF16", 2), ("I64", 8), ("I32", 4), ("I16", 2),
            ("I8", 1), ("U8", 1), ("BOOL", 1),
        ]
        #expect(sizes.elementsEqual(expected) { $0 == $1 })
    }

    @Test("from a tensor: the slice's bytes; from integers: int64")
    func fromTensor() {
        let tensor = Tensor((0..<6).map(Float.init), shape: [3, 2])
        let slice = StoredTensor(tensor[1..<3])
        #expect(slice.shape == [2, 2] && slice.byteOffset == 8 && slice.byteCount == 16)
        #expect(slice.storage === tensor.storage)
        let integers = StoredTensor([5, -6], shape: [2, 1])
        #expect(integers.dtype == .int64 && integers.integers() == [5, -6])
    }

    @Test("a mapped file is read in place, at its end, and when it is empty")
    func mapped() throws {
        let folder = try TemporaryFolder()
        let numbers: [Float] = [1, 2, 3]
        try writeFile(numbers.withUnsafeBytes { Data($0) }, to: folder("a"))
        let storage = Storage(try MappedFile(folder("a")))
        let tensor = StoredTensor(dtype: .float32, shape: [2], storage: storage, byteOffset: 4)
        #expect(try floats(tensor) == [2, 3])
        let none = StoredTensor(dtype: .float32, shape: [0], storage: storage, byteOffset: 12)
        #expect(try floats(none).isEmpty)

        try writeFile("", to: folder("b"))
        let nothing = Storage(try MappedFile(folder("b")))
        for dtype in DType.allCases {
            let empty = StoredTensor(dtype: dtype, shape: [0], storage: nothing, byteOffset: 0)
            #expect(empty.bytes.isEmpty)
            if dtype.isFloatingPoint {
                #expect(try floats(empty).isEmpty)
            } else {
                #expect(empty.integers() == [])
            }
        }
    }

    @Test("rounds to the nearest bfloat16, ties to even")
    func bfloat16() throws {
        var random = TestRandom(seed: 5)
        // Every exponent and sign, and patterns right at and beside a tie.
        let patterns = (0..<4000).flatMap { _ -> [UInt32] in
            let bits = UInt32(truncatingIfNeeded: random.next())
            return [bits, bits & 0xFFFF_0000 | 0x8000, bits & 0xFFFF_0000 | 0x8001]
        }
        let values = patterns.map(Float.init(bitPattern:)) + [0, -0.0, .infinity, -.infinity]
        let tensor = Tensor(values, shape: [values.count])
        let rounded = StoredTensor(bfloat16: tensor)
        #expect(rounded.dtype == .bfloat16 && rounded.byteCount == 2 * values.count)
        for (value, result) in zip(values, try floats(rounded)) {
            guard value.isFinite else {
                #expect(result == value || result.isNaN && value.isNaN)
                continue
            }
            let low = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
            let high = Float(bitPattern: (value.bitPattern & 0xFFFF_0000) &+ 0x1_0000)
            // Beyond the largest number stands the infinity, as far as if exponents went on.
            let beyond = high.isInfinite ? (low < 0 ? -0x1p128 : 0x1p128) : Double(high)
            let (below, above) = (
                abs(Double(value) - Double(low)), abs(beyond - Double(value))
            )
            let isEven = low.bitPattern & 0x1_0000 == 0
            #expect(result == (below < above || below == above && isEven ? low : high))
        }
        #expect(try floats(StoredTensor(bfloat16: Tensor([.nan], shape: [1])))[0].isNaN)
    }
}
