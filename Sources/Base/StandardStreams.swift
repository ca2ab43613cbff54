import Foundation
import Synchronization

/// The reader of standard output has gone: there is nobody to tell.
package struct ReaderGone: Error {
    package init() {}
}

/// The one way to print: results go to standard output, where a failure is an error, everything else to
/// stderr, where a failure is nobody's concern and ends no work.
package enum StandardStreams {
    /// More than any sentence of ours has; what it quotes from files may have any length.
    private static let longest = 4000

    /// Keeps files that are opened later from taking the place of a stream that was closed by the
    /// caller. Writing to a closed stream stays an error, and so does reading from one.
    package static func prepare() {
        for stream in 0..<Int32(3) where fcntl(stream, F_GETFD) < 0 {
            // The lowest free number, and so this stream's.
            _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes bytes to standard output as they are.
    ///
    /// - Throws: `ReaderGone`; `FileError.unwritable` for a full disk, a closed stream and the like.
    package static func write(_ bytes: some ContiguousBytes) throws {
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Foundation.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                if count < 0 {
                    switch errno {
                    case EINTR: continue
                    case EPIPE: throw ReaderGone()
                    default: throw FileError.writing("standard output")
                    }
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    /// Writes lines to standard output; what a terminal would obey is shown instead.
    package static func say(_ text: String) throws { try write(Array("\(text.shown)\n".utf8)) }

    /// Writes lines to stderr; what a terminal would obey is shown instead.
    package static func warn(_ text: String) { writeToStderr("\(text.shown)\n") }

    /// The same, if it was not said before.
    package static func warnOnce(_ text: String) {
        if said.withLock({ $0.insert(text).inserted }) { warn(text) }
    }

    private static let said = Mutex<Set<String>>([])

    /// Writes to stderr as it is: progress, which moves the cursor.
    package static func writeToStderr(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Ends the program, from wherever it is, with a sentence: there is no room to go on in.
    package static func endWithoutMemory(for bytes: Int) -> Never {
        warn(
            "\(ProcessInfo.processInfo.processName): the system has no memory for another "
                + "\(spelledBytes(bytes)); take smaller batches or windows, or a machine with more")
        _exit(FailureKind.noMemory.rawValue)
    }

    /// Says what ended a program and gives its exit status: that of the kind of an error for its user, 0
    /// where the reader has gone.
    ///
    /// - Parameter explain: what to say of any other error, and the status; 0 where the text is what was
    ///   asked for, such as help.
    package static func status(
        of error: any Error, program: String, explain: (any Error) -> (text: String, status: Int32)
    ) -> Int32 {
        switch error {
        case is ReaderGone: return 0
        case let error as any UserFacingError:
            let text = error.description
            warn("\(program): \(text.utf8.count > longest ? text.prefix(longest) + "…" : text)")
            return error.kind.rawValue
        default:
            let (text, status) = explain(error)
            guard status == 0 else {
                warn(text)
                return status
            }
            do {
                try say(text)
                return 0
            } catch let failure {
                return self.status(of: failure, program: program, explain: explain)
            }
        }
    }
}

extension String {
    /// The text with what a terminal would obey spelled out: control characters but line feeds and
    /// tabs, and the marks that turn the direction of writing.
    package var shown: String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x0A, 0x09: result.append(scalar)
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2028, 0x2029,
                0x2066...0x2069, 0xFEFF:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// A name or a value from a file, for a message: on one line, at most 120 characters, with what a
    /// terminal would obey spelled out.
    package var clipped: String {
        let text = utf8.count <= 120 ? self : prefix(60) + "…" + suffix(59)
        return text.shown.replacing("\n", with: "\\n").replacing("\t", with: "\\t")
    }
}
