import Base
import Tensors

/// What can be wrong with the weights of a model or lens, or with the way to them.
///
/// Flaws inside one file have an enum beside the code that finds them: `SafetensorsFlaw`,
/// `ShardIndexFlaw`, `ArchiveFlaw`, `PickleFlaw`, `StridesFlaw`.
package enum CheckpointError: UserFacingError, Equatable {
    case noWeights(folder: String, lookedFor: [String], found: [String])
    case severalVariants(folder: String, found: [String])
    case unrecognisedFormat(path: String, firstBytes: [UInt8])
    case legacyTorchFile(path: String)
    case missingTensor(name: String, path: String, closest: String?)
    case wrongShape(tensor: String, path: String, expected: [Int], found: [Int])
    case notFloatingPoint(tensor: String, path: String, found: DType)
    case foreignDType(tensor: String, path: String, found: String)
    case notFinite(tensor: String, path: String, found: String)
    case safetensors(path: String, flaw: SafetensorsFlaw)
    case shardIndex(path: String, flaw: ShardIndexFlaw)
    case archive(path: String, flaw: ArchiveFlaw)
    case pickle(path: String, flaw: PickleFlaw)
    case strides(tensor: String, path: String, flaw: StridesFlaw)
    /// `folder` is where it lies, nil for what is no regular file.
    case fileInsteadOfFolder(path: String, folder: String?)
    case mistypedFolder(path: String, closest: String)
    case malformedModelName(name: String)
    case modelNotFound(name: String, lookedIn: [String])
    case revisionNotFound(name: String, revision: String, folder: String, found: [String])
    case ambiguousRevision(name: String, revision: String, found: [String])

    package var kind: FailureKind {
        switch self {
        case .noWeights, .modelNotFound, .mistypedFolder, .malformedModelName, .revisionNotFound:
            .missingInput
        case .fileInsteadOfFolder, .ambiguousRevision, .severalVariants: .usage
        case .archive(_, .unwritable): .inputOutput
        case .unrecognisedFormat, .legacyTorchFile, .missingTensor, .wrongShape,
            .notFloatingPoint, .foreignDType, .notFinite, .safetensors, .shardIndex, .archive,
            .pickle, .strides:
            .badData
        }
    }

    package var description: String {
        switch self {
        case .noWeights(let folder, let names, let found):
            "\(folder): holds no weights; expected one of \(names.joined(separator: ", "))"
                + (found.isEmpty
                    ? "" : ", found \(listed(found)); save or convert it to one of those")
        case .severalVariants(let folder, let found):
            "\(folder): holds weights as several variants, \(listed(found)); give one of them the"
                + " plain name, by a link for example"
        case .unrecognisedFormat(let path, let bytes):
            "\(path): neither safetensors nor a file of torch.save: it begins with the bytes "
                + "\(bytes); an unfinished download or a pointer file of git-lfs looks like this"
        case .legacyTorchFile(let path):
            "\(path): is in the torch.save format from before PyTorch 1.6, expected a zip "
                + "archive; load it with a current PyTorch and torch.save it again"
        case .missingTensor(let name, let path, let closest):
            "\(path): no tensor '\(name.clipped)'" + suggestion(closest, insteadOf: name)
        case .wrongShape(let tensor, let path, let expected, let found):
            "\(path): tensor '\(tensor.clipped)' has shape \(found), expected \(expected); "
                + "do the configuration and the weights belong together?"
        case .notFloatingPoint(let tensor, let path, let found):
            "\(path): tensor '\(tensor.clipped)' holds \(found.rawValue), expected floating point"
        case .foreignDType(let tensor, let path, let found):
            "\(path): tensor '\(tensor.clipped)' holds \(found), expected F32, BF16, F16 or F64; "
                + "convert it, or take the checkpoint before it was quantized"
        case .notFinite(let tensor, let path, let found):
            "\(path): tensor '\(tensor.clipped)' holds \(found), expected finite numbers; the "
                + "weights are damaged, or their training diverged"
        case .safetensors(let path, let flaw):
            "\(path): not a valid safetensors file: \(flaw); download or save it again"
        case .shardIndex(let path, let flaw): "\(path): \(flaw)"
        case .archive(let path, let flaw): "\(path): \(flaw)"
        case .pickle(let path, let flaw): "\(path): \(flaw)"
        case .strides(let tensor, let path, let flaw):
            "\(path): tensor '\(tensor.clipped)' \(flaw)"
        case .fileInsteadOfFolder(let path, let folder):
            "\(path): is a file, expected the folder of a model"
                + (folder.map { "; pass '\($0)'" } ?? ", config.json beside its weights")
        case .mistypedFolder(let path, let closest):
            "\(path): no such folder; did you mean '\(closest)'?"
        case .malformedModelName(let name):
            "'\(name.clipped)': no such folder, and no model name; expected a path, 'org/model' "
                + "or 'org/model@revision'"
        case .modelNotFound(let name, let folders):
            "'\(name)': not a folder, and not among the downloaded models in "
                + "\(folders.joined(separator: ", ")); get it with "
                + "'hf download \(name)'"
        case .revisionNotFound(let name, let revision, let folder, let found):
            "'\(name)': no revision '\(revision)' in \(folder), which has "
                + "\(found.isEmpty ? "none" : found.joined(separator: ", ")); get it with "
                + "'hf download \(name) --revision \(revision)'"
        case .ambiguousRevision(let name, let revision, let found):
            "'\(name)': revision '\(revision)' fits \(found.joined(separator: " and ")); "
                + "give more digits"
        }
    }
}

/// Names from a file system, the first few of many.
private func listed(_ names: [String]) -> String {
    names.prefix(4).map { "'\($0.clipped)'" }.joined(separator: ", ")
        + (names.count > 4 ? " and \(names.count - 4) more" : "")
}

/// "; did you mean '….dt_bias'?", with the leading components that both names share left out.
private func suggestion(_ closest: String?, insteadOf name: String) -> String {
    guard let closest else { return "" }
    let ours = name.split(separator: ".", omittingEmptySubsequences: false)
    let theirs = closest.split(separator: ".", omittingEmptySubsequences: false)
    let shared = zip(ours, theirs).prefix { $0 == $1 }.count
    let rest = theirs.dropFirst(min(shared, theirs.count - 1)).joined(separator: ".")
    return "; did you mean '\(rest.count < closest.count ? "…." + rest : closest)'?"
}
