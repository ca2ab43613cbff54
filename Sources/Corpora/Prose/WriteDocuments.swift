import Base

/// Writes documents until they measure at least `limit`; the last one stays whole.
///
/// A path that ends in `.jsonl` gets one object with the text under `text` a line, as the Pile has
/// it; one in `.txt`, a pipe and standard output the texts with two blank lines between two. `DocumentReader` reads both.
///
/// - Parameters:
///   - measure: the size of one document, in bytes or tokens.
///   - progress: called with the size so far.
///   - willReplace: called with the SHA-256 of all that was written, before it takes the path.
/// - Returns: the number of documents and their size.
/// - Throws: `CorpusError.unknownSuffix` or `FileError`.
package func writeDocuments(
    _ documents: some Sequence<String>, limit: Int, to path: String,
    measure: (String) throws -> Int, progress: ((Int) -> Void)? = nil,
    willReplace: (String) throws -> Void = { _ in }
) throws -> (documents: Int, size: Int) {
    let isRecords = path.hasSuffix(".jsonl")
    guard isRecords || path.hasSuffix(".txt") || !isReplaced(path) else {
        throw CorpusError.unknownSuffix(path: path, known: [".jsonl", ".txt"])
    }
    let file = try AtomicFile(path)
    var (count, size) = (0, 0)
    for document in documents {
        if isRecords {
            try file.write(try encodeJSON(["text": document], pretty: false))
            try file.write(Array("\n".utf8))
        } else {
            try file.write(Array(((count == 0 ? "" : "\n\n\n") + document).utf8))
        }
        count += 1
        size += try measure(document)
        progress?(size)
        if size >= limit { break }
    }
    if !isRecords { try file.write(Array("\n".utf8)) }
    if let sha256 = try file.sha256() { try willReplace(sha256) }
    try file.commit()
    return (count, size)
}
