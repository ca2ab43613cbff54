import Base
import Checkpoints

/// What a model folder holds, and where it differs from what its configuration promises.
package struct Inspection: Sendable {
    /// nil where too much is wrong to put a model together.
    package let model: LanguageModel?
    package let folder: String
    package let configuration: ModelConfiguration
    package let checkpoint: Checkpoint
    /// See `LanguageModel.notes`.
    package let notes: [String]
    package let parameterCount: Int
    /// What keeps the model from loading: missing and misshapen tensors, and surplus blocks.
    package let problems: [any UserFacingError]
    /// Tensors that the configuration gives no place to.
    package let unexpected: [String]
    /// Names and element types of tensors that nothing here reads and the model does not need.
    package let foreign: [(name: String, dtype: String)]
    /// Element types in use and the number of tensors of each.
    package let dtypes: [(dtype: String, tensors: Int)]

    /// Checks every tensor's name, shape and type, and that its numbers are finite, without keeping the
    /// matrices; the model is not fit to run.
    ///
    /// - Parameter wholeWidthNorm: see `ModelConfiguration.init(path:wholeWidthNorm:)`.
    /// - Throws: where the configuration or the weight files themselves cannot be read.
    package init(folder: String, wholeWidthNorm: Bool = false) throws {
        let found = try ModelWeights(
            Checkpoint(folder: folder),
            ModelConfiguration(path: join(folder, "config.json"), wholeWidthNorm: wholeWidthNorm),
            folder: folder)
        let reader = WeightReader(found.checkpoint, mode: .inspect)
        do {
            model = try LanguageModel(folder: folder, reader, found)
        } catch is WeightReader.Stop {
            model = nil
        }
        self.folder = folder
        (configuration, checkpoint, notes) = (found.configuration, found.checkpoint, found.notes)
        foreign = reader.unusedForeign
        parameterCount = reader.parameterCount
        var problems: [any UserFacingError] = reader.problems
        do {
            if model != nil { try reader.refuseSurplus(path: folder) }
        } catch let error as ModelError {
            problems.append(error)
        }
        self.problems = problems
        unexpected = model == nil ? [] : reader.unexpected
        let types = try found.checkpoint.names.map {
            try found.checkpoint.stored($0).dtype.rawValue
        }
        dtypes = Dictionary(grouping: types) { $0 }
            .map { (dtype: $0.key, tensors: $0.value.count) }
            .sorted { $0.tensors > $1.tensors }
    }
}
