/// What `lens inspect --json` prints: what a model folder holds.
package struct InspectionResult: ResultDocument {
    package static let schema = "statelens/inspection/1"

    package struct ElementType: Codable, Sendable, Equatable {
        package let dtype: String
        package let tensors: Int

        package init(dtype: String, tensors: Int) {
            self.dtype = dtype
            self.tensors = tensors
        }
    }

    package struct Block: Codable, Sendable, Equatable {
        package let block: Int
        /// The sizes and kind of its mixer, in words.
        package let mixer: String
        /// Of a differential block.
        package let lambdaInit: Double?
        package let lambda: Double?

        enum CodingKeys: String, CodingKey {
            case block, mixer, lambda
            case lambdaInit = "lambda_init"
        }

        package init(block: Int, mixer: String, lambdaInit: Double?, lambda: Double?) {
            self.block = block
            self.mixer = mixer
            self.lambdaInit = lambdaInit
            self.lambda = lambda
        }
    }

    package var folder: String
    /// With the placement of the differential blocks, if there are any.
    package var family: String
    /// How the checkpoint names its tensors.
    package var layout: String
    package var parameters: Int
    /// Names in the folder.
    package var files: [String]
    package var dtypes: [ElementType]
    package var dModel: Int
    /// Rows of the embedding.
    package var vocabSize: Int
    package var tieEmbeddings: Bool
    package var blocks: [Block]
    /// What was found that the configuration does not say.
    package var notes: [String]
    /// What keeps the model from loading.
    package var problems: [String]
    /// Tensors that have no place in the model.
    package var unexpected: [String]

    enum CodingKeys: String, CodingKey {
        case folder, family, layout, parameters, files, dtypes, blocks, notes, problems, unexpected
        case dModel = "d_model"
        case vocabSize = "vocab_size"
        case tieEmbeddings = "tie_word_embeddings"
    }

    package init(
        folder: String, family: String, layout: String, parameters: Int, files: [String],
        dtypes: [ElementType], dModel: Int, vocabSize: Int, tieEmbeddings: Bool, blocks: [Block],
        notes: [String], problems: [String], unexpected: [String]
    ) {
        self.folder = folder
        self.family = family
        self.layout = layout
        self.parameters = parameters
        self.files = files
        self.dtypes = dtypes
        self.dModel = dModel
        self.vocabSize = vocabSize
        self.tieEmbeddings = tieEmbeddings
        self.blocks = blocks
        self.notes = notes
        self.problems = problems
        self.unexpected = unexpected
    }
}
