import Base
import Foundation

/// A `tokenizer.json` of 256 byte tokens, whose id is the byte, and whatever a test adds.
package struct TinyTokenizer {
    /// The top level of the file; tests change it before `load()`.
    package var json: [String: Any]

    /// - Parameter merges: pairs of tokens in the alphabet of `TinyTokenizer.name(of:)`; the
    ///   joined tokens take the ids from 256 on.
    package init(merges: [(String, String)] = []) {
        var vocab = Dictionary(
            uniqueKeysWithValues: (0...255).map { (Self.name(of: [UInt8($0)]), Int($0)) })
        for (left, right) in merges where vocab[left + right] == nil {
            vocab[left + right] = vocab.count
        }
        json = [
            "version": "1.0",
            "normalizer": NSNull(),
            "added_tokens": [Any](),
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false] as [String: Any],
            "post_processor": ["type": "ByteLevel", "add_prefix_space": false] as [String: Any],
            "decoder": ["type": "ByteLevel"],
            "model": [
                "type": "BPE", "vocab": vocab, "merges": merges.map { [$0.0, $0.1] },
            ] as [String: Any],
        ]
    }

    /// The printable name of some bytes, from the published rule, not from the sources.
    package static func name(of bytes: some Sequence<UInt8>) -> String {
        let kept = Set(0x21...0x7E).union(0xA1...0xAC).union(0xAE...0xFF)
        var name = String.UnicodeScalarView()
        for byte in bytes.map(Int.init) {
            let shifted = 256 + (0..<byte).filter { !kept.contains($0) }.count
            let value = UInt32(kept.contains(byte) ? byte : shifted)
            name.append(Unicode.Scalar(value) ?? "?")
        }
        return String(name)
    }

    package var model: [String: Any] {
        get { json["model"] as? [String: Any] ?? [:] }
        set { json["model"] = newValue }
    }

    package var vocab: [String: Int] {
        get { model["vocab"] as? [String: Int] ?? [:] }
        set { model["vocab"] = newValue }
    }

    /// Adds a token with the next id unless `id` says otherwise.
    package mutating func add(
        _ content: String, id: Int? = nil, normalized: Bool = false, special: Bool = false,
        singleWord: Bool = false, lstrip: Bool = false, rstrip: Bool = false
    ) {
        var tokens = json["added_tokens"] as? [Any] ?? []
        let token: [String: Any] = [
            "id": id ?? vocab.count + tokens.count, "content": content, "normalized": normalized,
            "special": special, "single_word": singleWord, "lstrip": lstrip, "rstrip": rstrip,
        ]
        tokens.append(token)
        json["added_tokens"] = tokens
    }

    package func write(to path: String) throws {
        try writeFile(
            try JSONSerialization.data(withJSONObject: json, options: .sortedKeys), to: path)
    }
}
