/// The parts of a `tokenizer.json` as they are written, before any check of their meaning.
struct TokenizerFile: Decodable {
    let version: String?
    let truncation: Anything?
    let padding: Anything?
    let addedTokens: [AddedToken]?
    let normalizer: Component?
    let preTokenizer: Component?
    let postProcessor: Component?
    let decoder: Component?
    let model: Model

    enum CodingKeys: String, CodingKey {
        case version, truncation, padding, normalizer, decoder, model
        case addedTokens = "added_tokens"
        case preTokenizer = "pre_tokenizer"
        case postProcessor = "post_processor"
    }

    /// Stands for a value of which only the presence counts.
    struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    /// A normaliser, pre-tokeniser, post-processor or decoder: its type and the settings that
    /// the supported types have.
    struct Component: Decodable {
        let type: String
        let addPrefixSpace: Bool?
        let useRegex: Bool?
        let pattern: Pattern?
        let behavior: String?
        let invert: Bool?
        let normalizers: [Component]?
        let pretokenizers: [Component]?
        let processors: [Component]?
        let single: [TemplatePiece]?

        enum CodingKeys: String, CodingKey {
            case type, pattern, behavior, invert, normalizers, pretokenizers, processors, single
            case addPrefixSpace = "add_prefix_space"
            case useRegex = "use_regex"
        }
    }

    struct Pattern: Decodable {
        let regex: String?

        enum CodingKeys: String, CodingKey { case regex = "Regex" }
    }

    struct TemplatePiece: Decodable {
        let specialToken: SpecialToken?

        struct SpecialToken: Decodable { let id: String }
        enum CodingKeys: String, CodingKey { case specialToken = "SpecialToken" }
    }

    struct Model: Decodable {
        /// Early files leave it out.
        let type: String?
        /// Empty where `type` names another model, whose merges may have another form. The vocabulary
        /// is read apart, since its keys are compared byte by byte.
        let merges: Merges
        let dropout: Double?
        let continuingSubwordPrefix: String?
        let endOfWordSuffix: String?
        let ignoreMerges: Bool

        enum CodingKeys: String, CodingKey {
            case type, merges, dropout
            case continuingSubwordPrefix = "continuing_subword_prefix"
            case endOfWordSuffix = "end_of_word_suffix"
            case ignoreMerges = "ignore_merges"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            type = try values.decodeIfPresent(String.self, forKey: .type)
            let isBPE = type ?? "BPE" == "BPE"
            merges = isBPE ? try values.decode(Merges.self, forKey: .merges) : .lines([])
            dropout = try values.decodeIfPresent(Double.self, forKey: .dropout)
            continuingSubwordPrefix = try values.decodeIfPresent(
                String.self, forKey: .continuingSubwordPrefix)
            endOfWordSuffix = try values.decodeIfPresent(String.self, forKey: .endOfWordSuffix)
            ignoreMerges = try values.decodeIfPresent(Bool.self, forKey: .ignoreMerges) ?? false
        }
    }

    /// Merges in the order of their ranks, in either of the two spellings.
    enum Merges: Decodable {
        /// `"a b"`
        case lines([String])
        /// `["a", "b"]`
        case pairs([[String]])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let lines = try? container.decode([String].self) {
                self = .lines(lines)
            } else {
                self = .pairs(try container.decode([[String]].self))
            }
        }
    }
}
