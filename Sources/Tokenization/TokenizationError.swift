import Base

/// What can be wrong with a `tokenizer.json` or with ids given to it.
package enum TokenizationError: UserFacingError, Equatable {
    /// A part of the pipeline that this reader does not have; `expected` lists what it has.
    case unsupported(path: String, part: String, found: String, expected: String)
    case missingByteToken(path: String, byte: UInt8, token: String)
    case idOutOfRange(path: String, token: String, id: Int, limit: Int)
    case duplicateID(path: String, id: Int, first: String, second: String)
    /// `index` counts from 0 in the file's list of merges.
    case malformedMerge(path: String, index: Int, found: String, reason: String)
    case emptyAddedToken(path: String, index: Int)
    case repeatedAddedToken(path: String, token: String)
    case addedTokenID(path: String, token: String, found: Int, expected: Int)
    /// A text to encode whose bytes are not UTF-8 from `offset` on.
    case notUTF8(path: String, offset: Int)

    /// No token stands for the end of a text.
    case noEndOfText(path: String)

    package var kind: FailureKind { .badData }

    package var description: String {
        switch self {
        case .unsupported(let path, let part, let found, let expected):
            "\(path): \(part) is \(found), which is not supported; expected \(expected)"
        case .missingByteToken(let path, let byte, let token):
            "\(path): the vocabulary has no token '\(token.clipped)' for byte \(byte), so it is not that "
                + "of a byte-level BPE; expected a token for every byte of UTF-8"
        case .idOutOfRange(let path, let token, let id, let limit):
            "\(path): token '\(token.clipped)' has id \(id); expected 0 to \(limit)"
        case .duplicateID(let path, let id, let first, let second):
            "\(path): id \(id) belongs to '\(first.clipped)' and to '\(second.clipped)'; expected one token per id"
        case .malformedMerge(let path, let index, let found, let reason):
            "\(path): merge \(index) is '\(found.clipped)': \(reason)"
        case .emptyAddedToken(let path, let index):
            "\(path): added token \(index) is empty; expected at least one character"
        case .repeatedAddedToken(let path, let token):
            "\(path): added token '\(token.clipped)' is listed twice; remove one of the entries"
        case .addedTokenID(let path, let token, let found, let expected):
            "\(path): added token '\(token.clipped)' is listed with id \(found) but gets id \(expected) "
                + "from the vocabulary and the tokens before it; correct the id"
        case .noEndOfText(let path):
            "\(path): has neither <|endoftext|> nor </s>, one of which goes before every document"
        case .notUTF8(let path, let offset):
            "\(path): byte \(offset) does not belong to UTF-8 text; convert the text to UTF-8"
        }
    }
}
