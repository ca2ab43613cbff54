import Base
import Synchronization

package typealias TokenID = Int32

/// A byte-level BPE tokenizer read from a Hugging Face `tokenizer.json`.
///
/// Texts become the same ids as with Hugging Face tokenizers 0.22 and 0.23, and the file is refused if it
/// asks for anything that would make them differ. Only a word of more than 1 MiB may have others, since
/// it is cut (`PretokenEncoder`).
package final class Tokenizer: Sendable {
    package let path: String
    /// Where texts may be cut so that the ids of the parts are those of the whole.
    package let cuts: TextCuts

    private let vocabulary: Vocabulary
    private let pipeline: Pipeline
    private let encoder: PretokenEncoder
    private let rawTokens: AddedTokenMatcher
    private let normalizedTokens: AddedTokenMatcher
    private let memory = Mutex(PretokenEncoder.Memory())

    /// - Throws: `FileError` if the file cannot be read or is not the JSON expected,
    ///   `TokenizationError` if its content is contradictory or not supported.
    package init(path: String) throws {
        self.path = path
        let data = try readFile(path)
        let file = try decodeJSON(TokenizerFile.self, from: data, path: path)
        try Self.checkModel(file.model, path: path)
        pipeline = try Pipeline(file, path: path)
        vocabulary = try Vocabulary(
            integerEntries(of: ["model", "vocab"], in: data, path: path),
            added: file.addedTokens ?? [], forms: pipeline.normalization, path: path)
        encoder = PretokenEncoder(
            vocabulary: vocabulary,
            merges: try vocabulary.mergeTable(file.model.merges, path: path),
            ignoresMerges: file.model.ignoreMerges)
        // Special tokens come first: of two tokens that read the same, they are found.
        let added =
            (file.addedTokens ?? []).filter(\.special)
            + (file.addedTokens ?? []).filter { !$0.special }
        cuts = TextCuts(pipeline, added: added)
        let forms = pipeline.normalization
        rawTokens = AddedTokenMatcher(
            added.filter { !$0.normalized }.map { ($0, Array($0.content.utf8)) })
        normalizedTokens = AddedTokenMatcher(
            added.filter(\.normalized).map { token in
                (token, token.content.withBytes { forms.normalize($0) ?? Array($0) })
            })
    }

    /// The ids of a text. Added tokens are found first, special ones too; nothing is added.
    package func encode(_ text: String) -> [TokenID] {
        text.withBytes { bytes in
            // A second caller at the same time does without what was learnt before.
            if let ids = memory.withLockIfAvailable({ encode(bytes, &$0) }) { return ids }
            var ownMemory = PretokenEncoder.Memory()
            return encode(bytes, &ownMemory)
        }
    }

    /// The ids of the UTF-8 text that is the content of `path`.
    ///
    /// - Throws: `TokenizationError.notUTF8`.
    package func encode(contents: some RandomAccessCollection<UInt8>, of path: String) throws
        -> [TokenID]
    {
        encode(try utf8Text(contents, of: path))
    }

    /// The text of some ids; bytes that are not UTF-8 become U+FFFD, and an id without a token has no
    /// text, as in Hugging Face: models have more rows than their tokenizer has tokens. The text of an added
    /// token that is looked for in normalised text is normalised, as in Hugging Face tokenizers since 0.23.
    package func decode(_ ids: [TokenID], skippingSpecialTokens: Bool = false) -> String {
        var bytes: [UInt8] = []
        for id in ids {
            if skippingSpecialTokens, vocabulary.isSpecial(id) { continue }
            appendBytes(of: id, to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the bytes that an id stands for; none for an id without a token, of which models have
    /// some where their rows are padded.
    func appendBytes(of id: TokenID, to bytes: inout [UInt8]) {
        if vocabulary.token(of: id) != nil { vocabulary.appendBytes(of: id, to: &bytes) }
    }

    /// The id of a token as the vocabulary spells it (`Ġthe` for " the"); nil if there is none.
    package func id(of token: String) -> TokenID? { vocabulary.id(of: token) }

    /// The vocabulary's spelling of an id; nil if no token has it.
    package func token(of id: TokenID) -> String? { vocabulary.token(of: id) }

    /// The largest id + 1, added tokens included.
    package var vocabularyCount: Int { vocabulary.count }

    /// The id of `<|endoftext|>`, or else of `</s>`; nil if there is neither.
    package var endOfText: TokenID? { id(of: "<|endoftext|>") ?? id(of: "</s>") }

    private func encode(_ text: Bytes, _ memory: inout PretokenEncoder.Memory) -> [TokenID] {
        var output: [TokenID] = []
        output.reserveCapacity(min(text.count / 4, 1 << 20))
        for raw in rawTokens.split(text) {
            if let token = raw.token {
                output.append(token)
                continue
            }
            let piece = Bytes(rebasing: text[raw.range])
            if let normal = pipeline.normalization.normalize(piece) {
                normal.withUnsafeBufferPointer { encodeNormalized($0, &memory, &output) }
            } else {
                encodeNormalized(piece, &memory, &output)
            }
        }
        return output
    }

    private func encodeNormalized(
        _ text: Bytes, _ memory: inout PretokenEncoder.Memory, _ output: inout [TokenID]
    ) {
        for piece in normalizedTokens.split(text) {
            if let token = piece.token {
                output.append(token)
                continue
            }
            let bytes = Bytes(rebasing: text[piece.range])
            if pipeline.addsPrefixSpace, bytes.first != UInt8(ascii: " ") {
                ([UInt8(ascii: " ")] + bytes).withUnsafeBufferPointer {
                    encoder.encode($0, splits: pipeline.splits, &memory, &output)
                }
            } else {
                encoder.encode(bytes, splits: pipeline.splits, &memory, &output)
            }
        }
    }

    /// `unk_token`, `fuse_unk` and `byte_fallback` concern characters outside the vocabulary;
    /// there are none, since `Vocabulary` demands a token for every byte.
    private static func checkModel(_ model: TokenizerFile.Model, path: String) throws {
        let check = SupportCheck(path: path)
        try check(model.type ?? "BPE" == "BPE", "model", model.type, "BPE")
        try check(
            model.dropout ?? 0 == 0, "model dropout", model.dropout.map { "\($0)" }, "null")
        try check(
            model.continuingSubwordPrefix ?? "" == "", "model continuing_subword_prefix",
            model.continuingSubwordPrefix, "null")
        try check(
            model.endOfWordSuffix ?? "" == "", "model end_of_word_suffix",
            model.endOfWordSuffix, "null")
    }
}

extension Tokenizer {
    /// The token before every document.
    ///
    /// - Throws: `TokenizationError.noEndOfText`.
    package var requiredEndOfText: TokenID {
        get throws {
            guard let endOfText else { throw TokenizationError.noEndOfText(path: path) }
            return endOfText
        }
    }
}
