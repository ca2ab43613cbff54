import CCrypto
import Foundation

/// A running SHA-256 of bytes.
package final class SHA256 {
    private let context = EVP_MD_CTX_new()

    package init() {
        let started = EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(context != nil && started == 1, "libcrypto offers no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        EVP_DigestUpdate(context, base, bytes.count)
    }

    package func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// Adds the bytes of a whole file. It is read, not mapped: pages of a model that is mapped
    /// already would count twice in the memory of the process.
    package func update(contentsOf path: String) throws {
        let descriptor = try openForReading(path)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw FileError.reading(path) }
            guard count > 0 else { return }
            buffer.withUnsafeBytes { update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Lower-case hexadecimal digest of everything given so far; ends the computation.
    package func finalize() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    package static func hex(of text: String) -> String {
        let hash = SHA256()
        hash.update(text)
        return hash.finalize()
    }

    package static func hex(of bytes: some ContiguousBytes) -> String {
        let hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finalize()
    }

    package static func hex(ofFile path: String) throws -> String {
        let hash = SHA256()
        try hash.update(contentsOf: path)
        return hash.finalize()
    }
}
