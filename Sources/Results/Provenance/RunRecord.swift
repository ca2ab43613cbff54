/// Where a result comes from: enough to make it again and to tell whether it is the same.
///
/// What we write has all that applies to it; of what others wrote, or older versions, anything may be absent.
package struct RunRecord: Codable, Hashable, Sendable {
    /// The whole command line.
    package var command: String?
    /// `lens --version`.
    package var version: String?
    package var seed: UInt64?
    package var model: String?
    /// What all seeds of one model share: family, blocks and sizes.
    package var architecture: String?
    /// How the model itself was trained; absent where its folder does not say.
    package var modelTraining: ModelTraining?
    /// Over the weight files.
    package var modelSHA256: String?
    /// The identity that tuned-lens artifacts carry.
    package var unembedHash: String?
    /// Over the float32 values of the unembedding: an identity that holds.
    package var unembeddingSHA256: String?
    /// Folder of the lens, or "logit".
    package var lens: String?
    package var lensSHA256: String?
    package var data: [String]?
    /// Over the token ids of the windows, or over the files with the prompts.
    package var dataSHA256: String?
    /// Arithmetic of the projections and of lens training: `fp32` or `bf16`.
    package var precision: String?
    /// Instruction set of the loops.
    package var kernels: String?
    /// Version and options of the BLAS library.
    package var blas: String?
    package var threads: Int?
    /// How the gated norm of a model with several groups was taken; absent for other models.
    package var gatedNorm: String?
    /// Of an evaluation by prompts: their form.
    package var promptForm: String?

    enum CodingKeys: String, CodingKey {
        case command, version, seed, model, architecture, lens, data, precision, kernels, blas
        case threads
        case promptForm = "prompt_form"
        case modelTraining = "model_training"
        case gatedNorm = "gated_norm"
        case modelSHA256 = "model_sha256"
        case unembedHash = "unembed_hash"
        case unembeddingSHA256 = "unembedding_sha256"
        case lensSHA256 = "lens_sha256"
        case dataSHA256 = "data_sha256"
    }

    package init() {}

    package init(
        command: String, version: String, seed: UInt64? = nil, model: String,
        architecture: String? = nil, modelTraining: ModelTraining? = nil, modelSHA256: String,
        unembedHash: String, unembeddingSHA256: String, lens: String? = nil,
        lensSHA256: String? = nil, data: [String], dataSHA256: String, precision: String,
        kernels: String, blas: String, threads: Int, gatedNorm: String? = nil,
        promptForm: String? = nil
    ) {
        self.command = command
        self.version = version
        self.seed = seed
        self.model = model
        self.architecture = architecture
        self.modelTraining = modelTraining
        self.modelSHA256 = modelSHA256
        self.unembedHash = unembedHash
        self.unembeddingSHA256 = unembeddingSHA256
        self.lens = lens
        self.lensSHA256 = lensSHA256
        self.data = data
        self.dataSHA256 = dataSHA256
        self.precision = precision
        self.kernels = kernels
        self.blas = blas
        self.threads = threads
        self.gatedNorm = gatedNorm
        self.promptForm = promptForm
    }
}
