import Base

/// What can be wrong with a lens or its training.
package enum LensError: UserFacingError, Equatable {
    case missingFile(path: String)
    case missingFolder(path: String, closest: String?)
    case model(path: String)
    case wrongKind(path: String, found: String)
    case wrongSize(path: String, key: String, found: Int, expected: Int)
    case otherUnembedding(path: String, found: String, expected: String)
    case tokensPerStep(tokens: Int, window: Int)
    case warmup(steps: Int, of: Int)
    case budgetTooSmall(window: Int)
    case tooLittleData(windows: Int, needed: Int, window: Int)
    case tooLittleHeldOut(windows: Int, wanted: Int)
    case nothingHeldOut(windows: Int, window: Int)
    case tokenShift(shift: Int, window: Int)
    case diverged(step: Int, blocks: Int)
    case notFinite(blocks: Int)

    package var kind: FailureKind {
        switch self {
        case .missingFile, .missingFolder: .missingInput
        case .model, .wrongKind, .wrongSize, .otherUnembedding, .tooLittleData, .tooLittleHeldOut,
            .nothingHeldOut, .diverged, .notFinite:
            .badData
        case .tokensPerStep, .tokenShift, .warmup, .budgetTooSmall: .usage
        }
    }

    package var description: String {
        switch self {
        case .missingFile(let path):
            "\(path): no such file; a lens folder holds config.json and params.pt"
                + " (or params.safetensors)"
        case .missingFolder(let path, let closest):
            "'\(path.clipped)': no such folder; "
                + (closest.map { "did you mean '\($0)'?" }
                    ?? "name that of a lens, or logit for the logit lens")
        case .model(let path):
            "\(path): is a model's, expected a lens's; name the folder that 'lens train' wrote"
        case .wrongKind(let path, let found):
            "\(path): lens_type is \(found.clipped), expected linear_tuned_lens"
        case .wrongSize(let path, let key, let found, let expected):
            "\(path): \(key) is \(found), but the model has \(expected);"
                + " is this lens of another model?"
        case .otherUnembedding(let path, let found, let expected):
            "\(path): unembed_hash is \(found.prefix(12))…, but the model's is"
                + " \(expected.prefix(12))…: the lens was trained for another model"
        case .tokensPerStep(let tokens, let window):
            "a step of \(counted(tokens, "token")) is no whole number of windows of \(window)"
        case .warmup(let steps, let all):
            "a warm-up of \(counted(steps, "step")), expected fewer than the \(all) of the training"
        case .budgetTooSmall(let window):
            "the budget does not suffice for one window of \(counted(window, "token")) and its measurement"
        case .tooLittleData(let windows, let needed, let window):
            "the data holds \(counted(windows, "window")) of \(window) tokens, but training needs \(needed)"
        case .tooLittleHeldOut(let windows, let wanted):
            "the data holds \(counted(windows, "window")) after those that training takes, but \(wanted)"
                + " are to be measured on"
        case .nothingHeldOut(let windows, let window):
            "the data holds \(counted(windows, "window")) of \(window) tokens, which leaves none on which to"
                + " tell which translators are the best"
        case .tokenShift(let shift, let window):
            "a label \(shift) tokens ahead is never inside a window of \(window)"
        case .diverged(let step, let blocks):
            "training diverged at step \(step): the translator after \(counted(blocks, "block")) or its loss is"
                + " not finite any more"
        case .notFinite(let blocks):
            "the lens after \(counted(blocks, "block")) gives numbers that are not finite; its parameters"
                + " '\(blocks - 1).weight' and '\(blocks - 1).bias' are damaged, or too large for float32"
        }
    }
}
