import TestSupport
import Tokenization

extension TinyTokenizer {
    func load() throws -> Tokenizer {
        let folder = try TemporaryFolder()
        let path = folder("tokenizer.json")
        try write(to: path)
        return try Tokenizer(path: path)
    }

    /// The error of loading; nil if the file loads.
    func loadingError() -> TokenizationError? {
        do {
            _ = try load()
            return nil
        } catch {
            return error as? TokenizationError
        }
    }
}
