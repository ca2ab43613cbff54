import Foundation

/// What can go wrong between a path and its bytes.
package enum FileError: UserFacingError, Equatable {
    case missing(path: String)
    case isFolder(path: String)
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case locked(path: String)
    case malformedJSON(path: String, reason: String)

    package var kind: FailureKind {
        switch self {
        case .missing: .missingInput
        case .malformedJSON: .badData
        case .isFolder, .unreadable, .unwritable, .locked: .inputOutput
        }
    }

    package var description: String {
        switch self {
        case .missing(let path): "\(path): no such file or folder"
        case .isFolder(let path): "\(path): is a folder, expected a file"
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .locked(let path):
            "\(path): another process is writing to this folder; wait for it or give another --out"
        case .malformedJSON(let path, let reason): "\(path): not the JSON expected: \(reason)"
        }
    }

    /// The error for a failed system call on `path`, from the current `errno`.
    package static func reading(_ path: String, errno code: Int32 = errno) -> FileError {
        switch code {
        case ENOENT, ENOTDIR: .missing(path: path)
        case EISDIR: .isFolder(path: path)
        default: .unreadable(path: path, reason: String(cString: strerror(code)))
        }
    }

    package static func writing(_ path: String, errno code: Int32 = errno) -> FileError {
        .unwritable(path: path, reason: String(cString: strerror(code)))
    }
}
