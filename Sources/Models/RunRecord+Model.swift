import Base
import Kernels
import Results

/// Who had something made, and from what: what of a run's record no library knows.
package struct RunOrigin: Sendable {
    /// The whole command line, and the program's version.
    package let command, version: String
    /// Files and folders that were read.
    package let data: [String]
    /// Folder of the lens, or "logit".
    package let lens: String?

    package init(
        command: String = "", version: String = "", data: [String] = [], lens: String? = nil
    ) {
        (self.command, self.version, self.data, self.lens) = (command, version, data, lens)
    }
}

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
        hash.update(UnsafeRawBufferPointer(weight.elements))
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
