import Base
import Foundation
import Tokenization

/// Consecutive tokens of a text stream, cut into windows of equal length.
///
/// The stream is, for each document, the end-of-text token and then the document's tokens, with
/// nothing at the end; the last window is dropped if it is incomplete. Windows follow the
/// text, so they depend on nothing but the documents, the tokenizer and the length.
package struct TokenWindows: Sendable {
    /// Tokens in a window.
    package let window: Int
    /// `[count, window]`, row-major.
    package let ids: MappedArray<TokenID>
    /// How much was read, tokens outside the windows included.
    package let tokenCount: Int
    package let documentCount: Int
    /// UTF-8 bytes of the documents, and of one end-of-text token's text for each.
    package let byteCount: Int
    /// A loss in nats per token times this is one in bits per byte:
    /// `(tokenCount / byteCount) / ln 2`, over everything read.
    package let natsToBitsPerByte: Double
    /// SHA-256 of `ids` as little-endian 32-bit integers, which is how they lie in memory: identifies the
    /// data of a run.
    package let sha256: String

    /// - Parameter ids: `[n, window]`, row-major; the other numbers as in the properties.
    package init(
        window: Int, ids: MappedArray<TokenID>, tokenCount: Int, documentCount: Int,
        byteCount: Int
    ) {
        precondition(
            window > 0 && ids.count.isMultiple(of: window),
            "\(ids.count) tokens are no whole number of windows of \(window)")
        self.window = window
        self.ids = ids
        self.tokenCount = tokenCount
        self.documentCount = documentCount
        self.byteCount = byteCount
        natsToBitsPerByte = Double(tokenCount) / Double(byteCount) / log(2)
        let hash = SHA256()
        ids.hash(into: hash)
        sha256 = hash.finalize()
    }

    /// The same of ids in an array.
    package init(
        window: Int, ids: [TokenID], tokenCount: Int, documentCount: Int, byteCount: Int
    ) {
        self.init(
            window: window, ids: MappedArray(ids), tokenCount: tokenCount,
            documentCount: documentCount, byteCount: byteCount)
    }

    /// Of everything that was read, in words.
    package var size: String {
        "\(counted(tokenCount, "token")), \(counted(byteCount, "byte")), \(counted(documentCount, "document"))"
    }

    /// How many windows.
    package var count: Int { ids.count / window }

    /// Some of the windows, as windows of the same text; they share the ids.
    package func part(_ range: Range<Int>) -> TokenWindows {
        precondition(0 <= range.lowerBound && range.upperBound <= count, "\(range) of \(count)")
        return TokenWindows(
            window: window, ids: ids(of: range), tokenCount: tokenCount,
            documentCount: documentCount, byteCount: byteCount)
    }

    /// The tokens of a window, `[window]`.
    package subscript(index: Int) -> [TokenID] {
        precondition(0 <= index && index < count, "window \(index) of \(count)")
        return ids(of: index..<index + 1).copy()
    }

    private func ids(of range: Range<Int>) -> MappedArray<TokenID> {
        let start = ids.startIndex
        return ids[start + range.lowerBound * window..<start + range.upperBound * window]
    }
}

/// How far `tokenWindows` is.
package struct ReadingProgress: Sendable {
    /// Bytes on disk consumed so far, of how many.
    package let fileBytesRead, fileBytes: Int
    package let documentCount, tokenCount: Int
}

/// Reads documents and cuts their tokens into windows.
///
/// Memory does not grow with the text beyond 64 MiB of tokens: more of them go to a mapped temporary file
/// (`MappedArray`).
///
/// - Parameters:
///   - documents: which may come in parts, if the tokens of a part do not depend on the others.
///   - countedBytes: how much of the text is counted at least.
///   - encode: the tokens of a text, without special tokens added.
///   - endOfText: the token before every document.
///   - endOfTextByteCount: UTF-8 bytes of that token's text; 13 for `<|endoftext|>`.
///   - window: tokens in a window.
///   - limit: how many windows to keep. Of the rest of the text the first `countedBytes` are read all the
///     same and counted, so that `natsToBitsPerByte` is a property of the text and not of the limit.
///   - progress: called after every document, or part of one.
/// - Throws: `CorpusError.tooFewTokens` if there is not one window, and what `documents` throws.
/// - SeeAlso: `chunk_and_tokenize` of tuned-lens 0.2.0, which forms the same stream in batches
///   whose borders depend on the number of processes; here there are no batches.
package func tokenWindows(
    from documents: DocumentReader, countedBytes: Int = 1 << 26,
    encode: (String) throws -> [TokenID], endOfText: TokenID,
    endOfTextByteCount: Int = 13, window: Int, limit: Int? = nil,
    progress: ((ReadingProgress) -> Void)? = nil
) throws -> TokenWindows {
    precondition(window > 0 && limit ?? 1 > 0, "windows of \(window), limit \(limit ?? 0)")
    let (product, overflow) = window.multipliedReportingOverflow(by: limit ?? .max)
    let wanted = overflow ? Int.max : product
    var ids = MappedArray<TokenID>.Writer()
    var tokenCount = 0
    var byteCount = 0
    var documentCount = 0
    var isInside = false
    while ids.count < wanted || byteCount < countedBytes, let part = try documents.nextPart() {
        if !isInside {
            if ids.count < wanted { try ids.append(endOfText) }
            tokenCount += 1
            byteCount += endOfTextByteCount
            documentCount += 1
        }
        isInside = !part.endsDocument
        let tokens = try encode(part.text)
        if ids.count < wanted {
            try ids.append(contentsOf: tokens.prefix(wanted - ids.count))
        }
        tokenCount += tokens.count
        byteCount += part.text.utf8.count
        progress?(
            ReadingProgress(
                fileBytesRead: documents.fileBytesRead, fileBytes: documents.fileBytes,
                documentCount: documentCount, tokenCount: tokenCount))
    }
    let complete = ids.count / window * window
    guard complete > 0 else {
        throw CorpusError.tooFewTokens(
            found: tokenCount, window: window, documents: documentCount)
    }
    return TokenWindows(
        window: window, ids: try ids.finish()[0..<complete], tokenCount: tokenCount,
        documentCount: documentCount, byteCount: byteCount)
}
