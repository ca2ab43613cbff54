/// `FILE.run.json` of a trained tokenizer. It is a `MadeRecord` with more.
package struct TokenizerRecord: Codable, Sendable, Equatable {
    package let command: String
    package let version: String
    package let data: [String]
    /// Over the documents.
    package let dataSHA256: String
    /// Tokens.
    package let vocabulary: Int
    package let merges: Int
    package let files: [MadeRecord.File]

    enum CodingKeys: String, CodingKey {
        case command, version, data, vocabulary, merges, files
        case dataSHA256 = "data_sha256"
    }

    package init(
        command: String, version: String, data: [String], dataSHA256: String, vocabulary: Int,
        merges: Int, files: [MadeRecord.File]
    ) {
        self.command = command
        self.version = version
        self.data = data
        self.dataSHA256 = dataSHA256
        self.vocabulary = vocabulary
        self.merges = merges
        self.files = files
    }
}
