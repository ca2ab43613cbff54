import Results

/// What the provenance of a result says of the run that nobody but the caller knows.
package struct RunOrigin: Sendable {
    /// The whole command line, or what stands for one.
    package let command: String
    /// Of the program.
    package let version: String
    /// Names of the files with the text or the prompts.
    package let data: [String]

    package init(command: String = "", version: String = "", data: [String] = []) {
        self.command = command
        self.version = version
        self.data = data
    }

    /// - Parameters:
    ///   - lens: its folder, or "logit".
    ///   - lensSHA256: of the file with its parameters; nil for the logit lens, which has none.
    /// - Throws: where the model's files cannot be hashed.
    package func record(
        _ model: LanguageModel, lens: String? = nil, lensSHA256: String? = nil,
        dataSHA256: String, seed: UInt64? = nil
    ) throws -> RunRecord {
        try RunRecord(
            command: command, version: version, seed: seed, model: model, lens: lens,
            lensSHA256: lensSHA256, data: data, dataSHA256: dataSHA256)
    }
}
