/// Which token has which id, which bytes it stands for, and which pairs merge.
struct Vocabulary: Sendable {
    /// How many ids beyond the number of tokens a file may leave unused; tables are sized by the
    /// largest id.
    private static let mostUnusedIDs = 1_000_000

    /// By id; nil where the file assigns none.
    private(set) var tokens: [String?] = []
    /// Those that `decode` may leave out.
    private var specialIDs: Set<TokenID> = []
    /// The bytes of id i are `bytes[starts[i]..<starts[i + 1]]`.
    private var bytes: [UInt8] = []
    private var starts: [Int] = [0]
    /// The ids of single bytes; -1 for bytes that occur in no UTF-8.
    private(set) var byteTokens: [TokenID] = []

    private var names: ByteStringMap
    /// How many of `names` are the model's own; the rest are added tokens, which BPE does not know.
    private var modelCount = 0
    private var idsOfNames: [TokenID] = []
    private let path: String

    var count: Int { tokens.count }

    /// - Parameters:
    ///   - vocab: the model's tokens and their ids.
    ///   - forms: in which added tokens stand for their bytes, if they are looked for in normalised text.
    init(
        _ vocab: [(key: String, value: Int)], added: [AddedToken], forms: [NormalizationForm],
        path: String
    ) throws {
        self.path = path
        names = ByteStringMap(minimumCapacity: vocab.count + added.count)
        let limit = min(Int(TokenID.max) - 1, vocab.count + added.count + Self.mostUnusedIDs)
        for (token, id) in vocab {
            guard (0...limit).contains(id) else {
                throw TokenizationError.idOutOfRange(
                    path: path, token: token, id: id, limit: limit)
            }
            try insert(token, id: id)
        }
        modelCount = names.count
        try insert(added, modelCount: vocab.count)
        specialIDs = Set(added.filter(\.special).map { TokenID($0.id) })
        var spelled = tokens
        for token in added where token.normalized {
            let normal = token.content.withBytes(forms.normalize)
            spelled[token.id] = normal.map { String(decoding: $0, as: UTF8.self) } ?? token.content
        }
        for token in spelled {
            bytes += token.map(ByteAlphabet.decode) ?? []
            starts.append(bytes.count)
        }
        byteTokens = try (UInt8.min...UInt8.max).map { byte in
            let token = ByteAlphabet.encode([byte])
            if let id = token.withBytes(modelID) { return id }
            guard !ByteAlphabet.occursInUTF8(byte) else {
                throw TokenizationError.missingByteToken(path: path, byte: byte, token: token)
            }
            return -1
        }
    }

    func id(of token: String) -> TokenID? { token.withBytes(id) }

    func id(of name: Bytes) -> TokenID? { names.number(of: name).map { idsOfNames[$0] } }

    /// The id of a token that the model itself has.
    func modelID(of name: Bytes) -> TokenID? {
        names.number(of: name).flatMap { $0 < modelCount ? idsOfNames[$0] : nil }
    }

    /// Appends the bytes that an assigned id stands for.
    func appendBytes(of id: TokenID, to output: inout [UInt8]) {
        output.append(contentsOf: bytes[starts[Int(id)]..<starts[Int(id) + 1]])
    }

    /// Whether `decode` may leave the token out.
    func isSpecial(_ id: TokenID) -> Bool { specialIDs.contains(id) }

    func token(of id: TokenID) -> String? {
        tokens.indices.contains(Int(id)) ? tokens[Int(id)] : nil
    }

    /// Added tokens keep their id in the vocabulary or take the next free one, as Hugging Face
    /// tokenizers assign them; the ids in the file must agree.
    private mutating func insert(_ added: [AddedToken], modelCount: Int) throws {
        var seen = ByteStringMap(minimumCapacity: added.count)
        var next = modelCount
        for (index, token) in added.enumerated() {
            guard !token.content.isEmpty else {
                throw TokenizationError.emptyAddedToken(path: path, index: index)
            }
            let isNew = token.content.withBytes { name in
                guard seen.number(of: name) == nil else { return false }
                seen.insert(name)
                return true
            }
            guard isNew else {
                throw TokenizationError.repeatedAddedToken(path: path, token: token.content)
            }
            let known = id(of: token.content).map(Int.init)
            let expected = known ?? next
            guard token.id == expected else {
                throw TokenizationError.addedTokenID(
                    path: path, token: token.content, found: token.id, expected: expected)
            }
            next = max(next, expected + 1)
            if known == nil { try insert(token.content, id: token.id) }
        }
    }

    private mutating func insert(_ token: String, id: Int) throws {
        if id >= tokens.count {
            tokens.append(contentsOf: repeatElement(nil, count: id + 1 - tokens.count))
        }
        if let other = tokens[id] {
            throw TokenizationError.duplicateID(
                path: path, id: id, first: min(other, token), second: max(other, token))
        }
        tokens[id] = token
        token.withBytes { names.insert($0) }
        idsOfNames.append(TokenID(id))
    }
}
