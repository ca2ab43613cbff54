import CCrypto

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

    package static func hex(ofFile path: String) throws -> String {
        let hash = SHA256()
        let file = try MappedFile(path)
        withExtendedLifetime(file) { hash.update(file.bytes) }
        return hash.finalize()
    }
}
