import Foundation
import Tensors

/// The elements in an array; the storage lives at least until it is filled.
func values(_ tensor: Tensor) -> [Float] {
    withExtendedLifetime(tensor) { Array(tensor.elements) }
}

func bytes(_ tensor: StoredTensor) -> [UInt8] {
    withExtendedLifetime(tensor) { Array(tensor.bytes) }
}

func equalBytes(_ a: StoredTensor, _ b: StoredTensor) -> Bool {
    a.dtype == b.dtype && bytes(a) == bytes(b)
}

extension [UInt8] {
    func chunked(by size: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}

/// Replaces a file without waiting for the disk, unlike `writeFile`.
func writeQuickly(_ bytes: [UInt8], to path: String) throws {
    // Some file systems flush a file that is truncated and written again.
    unlink(path)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}
