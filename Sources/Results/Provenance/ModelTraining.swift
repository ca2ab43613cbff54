import Base

/// How a model was trained, as `lens lm train` says in the `run.json` beside its weights: what seeds
/// of one training share, and other trainings of the same architecture do not.
package struct ModelTraining: Codable, Hashable, Sendable {
    /// All but the seed and what changes no result, by name.
    package let options: [String: String]
    /// Over the sequences that it learned from.
    package let dataSHA256: String

    enum CodingKeys: String, CodingKey {
        case options
        case dataSHA256 = "data_sha256"
    }

    package init(options: [String: String], dataSHA256: String) {
        self.options = options
        self.dataSHA256 = dataSHA256
    }

    /// Nil where the folder has no such file, or one of another origin: models come from anywhere.
    package init?(ofModel folder: String) {
        let path = join(folder, "run.json")
        guard isReplaced(path), fileExists(path),
            let record = try? ModelTrainingRecord<[String: Setting]>(path: path),
            record.run.command?.hasPrefix("lens lm train") == true,
            let dataSHA256 = record.run.dataSHA256
        else { return nil }
        options = record.options.filter { !["seed", "at_a_time"].contains($0.key) }
            .mapValues(\.text)
        self.dataSHA256 = dataSHA256
    }
}

/// An option's value of any simple type, as text.
private struct Setting: Codable, Sendable, Equatable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            text = "\(flag)"
        } else if let number = try? container.decode(Double.self) {
            text = Int(exactly: number).map(String.init) ?? "\(number)"
        } else {
            text = try container.decode(String.self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
