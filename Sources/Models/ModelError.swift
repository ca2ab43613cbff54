import Base

/// What can be wrong with a model or with what is asked of it.
package enum ModelError: UserFacingError, Equatable {
    case missingConfiguration(path: String)
    case unsupported(path: String, key: String, found: String, supported: String)
    case missingKey(path: String, key: String)
    case invalidValue(path: String, key: String, found: String, expected: String)
    case tooFewBlocks(path: String, found: Int, expected: Int)
    case tooLarge(path: String, bytes: Int, memory: Int)
    case unexpectedTensors(path: String, names: [String])
    case notFinite(path: String, what: String, tensor: String, largest: String)
    case captureNotFinite(path: String, point: HookPoint, found: String)
    case stopAfter(blocks: Int, nLayers: Int)
    case hooksNotReached(points: [String], blocks: Int)
    /// Sequences and their tokens are counted from 1.
    case tokenOutOfRange(id: Int, sequence: Int, position: Int, vocabSize: Int)
    case noTokens
    case unknownHook(pattern: String, closest: [String])

    package var kind: FailureKind {
        switch self {
        case .missingConfiguration: .missingInput
        case .unsupported, .missingKey, .invalidValue, .tooFewBlocks, .tooLarge,
            .unexpectedTensors, .notFinite, .captureNotFinite, .tokenOutOfRange:
            .badData
        case .stopAfter, .hooksNotReached, .noTokens, .unknownHook: .usage
        }
    }

    package var description: String {
        switch self {
        case .missingConfiguration(let path):
            "\(path): no such file; a model folder holds config.json beside its weights"
        case .unsupported(let path, let key, let found, let supported):
            "\(path): \(key) is \(found.clipped); supported: \(supported)"
        case .missingKey(let path, let key):
            "\(path): no key '\(key)', which this kind of model needs"
        case .invalidValue(let path, let key, let found, let expected):
            "\(path): \(key) is \(found.clipped), expected \(expected)"
        case .tooFewBlocks(let path, let found, let expected):
            "\(path): config.json says \(counted(expected, "block")), but the weights hold \(found);"
                + " do the two belong together?"
        case .tooLarge(let path, let bytes, let memory):
            "\(path): describes a model whose training takes about \(spelledBytes(bytes)) of memory,"
                + " but this machine has \(spelledBytes(memory))"
        case .unexpectedTensors(let path, let names):
            "\(path): \(counted(names.count, "tensor", "has", "have")) no place in"
                + " the model that config.json describes, \(names.count == 1 ? "" : "the first ")"
                + "'\((names.first ?? "").clipped)'; do the two belong together?"
                + " (lens inspect lists all)"
        case .notFinite(let path, let what, let tensor, let largest):
            "\(path): \(what) holds numbers that are not finite; the largest of the weights that go"
                + " into it is \(largest) in '\(tensor.clipped)': they are damaged, or too large for"
                + " float32"
        case .captureNotFinite(let path, let point, let found):
            "\(path): \(point) holds \(found), expected finite numbers; the weights that go into it"
                + " are damaged, or too large for float32"
        case .stopAfter(let blocks, let nLayers):
            "cannot stop after \(counted(blocks, "block")), expected 0 to \(nLayers)"
        case .hooksNotReached(let points, let blocks):
            "the run ends after \(counted(blocks, "block")), before \(points.prefix(3).joined(separator: ", "))"
                + (points.count > 3 ? " and \(points.count - 3) more" : "")
                + "; stop later, or capture earlier hook points"
        case .tokenOutOfRange(let id, let sequence, let position, let vocabSize):
            "token \(position) of sequence \(sequence) has id \(id), outside the model's vocabulary"
                + " 0...\(vocabSize - 1); use the tokenizer that the model was trained with"
        case .noTokens: "no tokens to run the model on; give a text or ids"
        case .unknownHook(let pattern, let closest):
            "no hook point matches '\(pattern.clipped)'"
                + (closest.isEmpty
                    ? "" : "; did you mean \(closest.map { "'\($0)'" }.joined(separator: " or "))?")
        }
    }
}
