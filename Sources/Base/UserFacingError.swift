/// An error a person at a terminal can act on.
///
/// Its description is one sentence that names the file or argument, what was found, what was
/// expected and the next step; its kind decides the exit status. Every module that reads the
/// outside world has one enum of these, one case per way the world can be wrong.
package protocol UserFacingError: Error, CustomStringConvertible, Sendable {
    var kind: FailureKind { get }
}

/// Exit status of a command that did not finish, numbered as in `sysexits.h`.
package enum FailureKind: Int32, Sendable {
    /// The arguments contradict each other or ask for what the model does not have.
    case usage = 64
    /// A file is there but its content is wrong.
    case badData = 65
    /// A file or name that was asked for does not exist.
    case missingInput = 66
    /// The operating system has not the memory that is needed.
    case noMemory = 71
    /// The operating system refused to read or write.
    case inputOutput = 74
    /// The user asked to stop (Ctrl-C), as shells number it.
    case interrupted = 130
}
