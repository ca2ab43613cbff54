import Foundation

/// What can go wrong between a path and its bytes.
package enum FileError: UserFacingError, Equatable {
    case missing(path: String)
    case danglingLink(path: String, target: String)
    case isFolder(path: String)
    case unreadable(path: String, reason: String)
    /// Standard input or a pipe, named a second time.
    case readBefore(path: String)
    case unwritable(path: String, reason: String)
    case tooLittleSpace(path: String, bytes: Int, free: Int)
    case locked(path: String)
    /// A file that another command or another program made stands where a result is to go.
    case foreign(path: String, command: String)
    /// A result would be taken for a part of the model or lens beside it.
    case modelPart(path: String, beside: String)
    /// Two results are to go to one file.
    case sameOutput(path: String, options: [String])
    /// A result could not be written where it was to go, and is elsewhere.
    case keptElsewhere(failure: String, kept: String)
    case malformedJSON(path: String, reason: String)

    package var kind: FailureKind {
        switch self {
        case .missing, .danglingLink: .missingInput
        case .malformedJSON: .badData
        case .foreign, .modelPart, .sameOutput, .readBefore: .usage
        case .isFolder, .unreadable, .unwritable, .tooLittleSpace, .locked, .keptElsewhere:
            .inputOutput
        }
    }

    package var description: String {
        switch self {
        case .missing(let path): "\(path): no such file or folder"
        case .danglingLink(let path, let target):
            "\(path): is a link to \(target), which does not exist; download or copy it again"
        case .isFolder(let path): "\(path): is a folder, expected a file"
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .readBefore(let path):
            "\(path): \(standardInputNames.contains(path) ? "standard input" : "this pipe") is named"
                + " twice, but can be read only once; save it to a file and name that"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .tooLittleSpace(let path, let bytes, let free):
            "\(path): about \(spelledBytes(bytes)) are to be written, but the disk has"
                + " \(spelledBytes(free)) left; make room, or name a place on another disk"
        case .foreign(let path, let command):
            "\(path): exists and was not made by '\(command)', so it is not replaced; name another"
                + " file, or remove it first"
        case .modelPart(let path, let part):
            "\(path): would be taken for a part of the model or lens whose '\(part)' is in that folder;"
                + " name another file or folder"
        case .sameOutput(let path, let options):
            "\(path): is named by \(options.joined(separator: " and ")); give each a file of its own"
        case .keptElsewhere(let failure, let kept): "\(failure); the result is kept in \(kept)"
        case .locked(let path):
            "\(path): another process is writing to this folder; wait for it, or name another"
        case .malformedJSON(let path, let reason): "\(path): not the JSON expected: \(reason)"
        }
    }

    /// The error for a failed system call on `path`, from the current `errno`.
    package static func reading(_ path: String, errno code: Int32 = errno) -> FileError {
        switch code {
        case ENOENT where linkTarget(path) != nil:
            .danglingLink(path: path, target: linkTarget(path) ?? "")
        case ENOENT, ENOTDIR: .missing(path: path)
        case EISDIR: .isFolder(path: path)
        default: .unreadable(path: path, reason: String(cString: strerror(code)))
        }
    }

    package static func writing(_ path: String, errno code: Int32 = errno) -> FileError {
        .unwritable(path: path, reason: String(cString: strerror(code)))
    }
}
