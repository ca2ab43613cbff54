import Files

/// What can be wrong with a model or with what is asked of it.
package enum ModelError: UserFacingError, Equatable {
    case missingConfiguration(path: String)
    case unsupported(path: String, key: String, found: String, supported: String)
    case missingKey(path: String, key: String)
    case invalidValue(path: String, key: String, found: String, expected: String)
    case tokenOutOfRange(id: Int, vocabSize: Int)
    case noTokens
    case unknownHook(pattern: String, closest: String?)

    package var kind: FailureKind {
        switch self {
        case .missingConfiguration: .missingInput
        case .unsupported, .missingKey, .invalidValue: .badData
        case .tokenOutOfRange, .noTokens, .unknownHook: .usage
        }
    }

    package var description: String {
        switch self {
        case .missingConfiguration(let path):
            "\(path): no such file; a model folder holds config.json beside its weights"
        case .unsupported(let path, let key, let found, let supported):
            "\(path): \(key) is \(found); supported: \(supported)"
        case .missingKey(let path, let key):
            "\(path): no key '\(key)', which this kind of model needs"
        case .invalidValue(let path, let key, let found, let expected):
            "\(path): \(key) is \(found), expected \(expected)"
        case .tokenOutOfRange(let id, let vocabSize):
            "token id \(id) is outside the vocabulary 0...\(vocabSize - 1);"
                + " is this the model's own tokenizer?"
        case .noTokens: "no tokens to run the model on; give a text or ids"
        case .unknownHook(let pattern, let closest):
            "no hook point matches '\(pattern)'"
                + (closest.map { "; did you mean '\($0)'?" } ?? "")
                + " (lens capture --list-hooks prints all)"
        }
    }
}
