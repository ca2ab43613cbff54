import Base
import Kernels
import Results

extension RunRecord {
    /// What is known of a run once its model is there.
    ///
    /// - Throws: `FileError` where the weights cannot be hashed.
    package init(
        command: String, version: String, seed: UInt64? = nil, model: LanguageModel,
        lens: String? = nil, lensSHA256: String? = nil, data: [String], dataSHA256: String
    ) throws {
        let weight = model.unembedding.weight
        let hash = SHA256()
        hash.update(weight)
        self.init(
            command: command, version: version, seed: seed, model: model.name,
            architecture: model.configuration.architecture,
            modelTraining: ModelTraining(ofModel: model.folder),
            modelSHA256: try model.checkpoint.sha256(), unembedHash: unembeddingHash(weight),
            unembeddingSHA256: hash.finalize(), lens: lens, lensSHA256: lensSHA256, data: data,
            dataSHA256: dataSHA256, precision: model.precision.rawValue,
            kernels: KernelPath.name, blas: BLAS.description, threads: Threads.count,
            gatedNorm: model.configuration.gatedNorm)
    }
}
