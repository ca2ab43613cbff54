import Checkpoints
import Files

/// What a model folder holds, and where it differs from what its configuration promises.
package struct Inspection: Sendable {
    package let model: LanguageModel
    package let parameterCount: Int
    /// What keeps the model from loading: missing and misshapen tensors, and surplus blocks.
    package let problems: [any UserFacingError]
    /// Tensors that the configuration gives no place to.
    package let unexpected: [String]
    /// Element types in use and the number of tensors of each.
    package let dtypes: [(dtype: String, tensors: Int)]

    /// Checks every tensor's name, shape and type without reading the matrices; the model is not
    /// fit to run.
    ///
    /// - Throws: where the configuration or the weight files themselves cannot be read.
    package init(folder: String) throws {
        let checkpoint = try Checkpoint(folder: folder)
        let reader = WeightReader(checkpoint, mode: .inspect)
        model = try LanguageModel(
            folder: folder, ModelConfiguration(path: join(folder, "config.json")), reader,
            checkpoint)
        parameterCount = reader.parameterCount
        var problems: [any UserFacingError] = reader.problems
        do {
            try reader.refuseSurplus(path: folder)
        } catch let error as ModelError {
            problems.append(error)
        }
        self.problems = problems
        unexpected = reader.unexpected
        let types = try checkpoint.names.map { try checkpoint.stored($0).dtype.rawValue }
        dtypes = Dictionary(grouping: types) { $0 }
            .map { (dtype: $0.key, tensors: $0.value.count) }
            .sorted { $0.tensors > $1.tensors }
    }
}
