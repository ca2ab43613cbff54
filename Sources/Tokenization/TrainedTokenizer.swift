/// A vocabulary and merges that were learnt, to be written as a `tokenizer.json`.
package struct TrainedTokenizer {
    static let endOfText = "<|endoftext|>"

    /// By id, in the byte alphabet: `Ġthe` for " the".
    package let tokens: [String]
    /// In the order of their ranks.
    package let merges: [(left: String, right: String)]

    /// - Parameters:
    ///   - vocabulary: the bytes of each token by id; those of id 0 are `<|endoftext|>`.
    ///   - merges: in the order they were made.
    init(vocabulary: [[UInt8]], merges: [BPETrainer.Pair]) {
        let tokens = vocabulary.map(ByteAlphabet.encode)
        self.tokens = tokens
        self.merges = merges.map { (tokens[Int($0.left)], tokens[Int($0.right)]) }
    }

    /// The content of `tokenizer.json`, byte for byte as Hugging Face tokenizers 0.22 writes it:
    /// NFC, the byte-level pre-tokeniser without prefix space, one special token.
    package var json: String {
        let vocab = tokens.enumerated().map { "      \(quoted($1)): \($0)" }
        let pairs = merges.map { left, right in
            "      [\n        \(quoted(left)),\n        \(quoted(right))\n      ]"
        }
        let merges = pairs.isEmpty ? "[]" : "[\n\(pairs.joined(separator: ",\n"))\n    ]"
        return """
            {
              "version": "1.0",
              "truncation": null,
              "padding": null,
              "added_tokens": [
                {
                  "id": 0,
                  "content": "\(Self.endOfText)",
                  "single_word": false,
                  "lstrip": false,
                  "rstrip": false,
                  "normalized": false,
                  "special": true
                }
              ],
              "normalizer": {
                "type": "NFC"
              },
              "pre_tokenizer": \(byteLevel(prefixSpace: false)),
              "post_processor": \(byteLevel(prefixSpace: false)),
              "decoder": \(byteLevel(prefixSpace: true)),
              "model": {
                "type": "BPE",
                "dropout": null,
                "unk_token": null,
                "continuing_subword_prefix": null,
                "end_of_word_suffix": null,
                "fuse_unk": false,
                "byte_fallback": false,
                "ignore_merges": false,
                "vocab": {
            \(vocab.joined(separator: ",\n"))
                },
                "merges": \(merges)
              }
            }
            """
    }

    /// `prefixSpace` says nothing in a decoder; true is what Hugging Face's has by default.
    private func byteLevel(prefixSpace: Bool) -> String {
        """
        {
            "type": "ByteLevel",
            "add_prefix_space": \(prefixSpace),
            "trim_offsets": true,
            "use_regex": true
          }
        """
    }

    /// A token as a JSON string; the byte alphabet has no control characters.
    private func quoted(_ token: String) -> String {
        "\""
            + token.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            + "\""
    }
}
