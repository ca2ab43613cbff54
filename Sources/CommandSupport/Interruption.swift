import Base
import Foundation
import Synchronization

/// Turns a signal that asks the process to end into a request to stop at the next good place.
package enum Interruption {
    private static let flag = Atomic(false)
    private static let isAsked = Atomic(false)

    package static var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Catches Ctrl-C, SIGTERM, and what comes when the terminal closes (SIGHUP) or the time of a
    /// batch queue is over (SIGXCPU). A second Ctrl-C or SIGTERM ends the process at once; the others
    /// come more than once by themselves. What the parent has ignored, as `nohup` does, stays so.
    package static func catchSignals() {
        // A parent that starts programs from a worker thread hands down a mask that blocks them.
        var caught = sigset_t()
        sigemptyset(&caught)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGXCPU] where !isIgnored(number) {
            sigaddset(&caught, number)
            signal(number) { number in
                let isWish = number == SIGINT || number == SIGTERM
                if isWish, Interruption.isAsked.exchange(true, ordering: .relaxed) {
                    PartialFiles.unlinkAll()
                    _exit(128 + number)
                }
                // What was interrupted may be about to look at its own error number.
                let error = errno
                defer { errno = error }
                Interruption.flag.store(true, ordering: .relaxed)
                let text: StaticString =
                    "\nstopping after this piece of work; again to stop at once\n"
                if isWish, isatty(STDERR_FILENO) == 1 {
                    write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
                }
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    }

    /// Has signals that end the process take half-written files away first.
    static func removePartialFiles() {
        // What a handler looks at must be there before it runs.
        PartialFiles.unlinkAll()
        for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
            signal(number) { number in
                PartialFiles.unlinkAll()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    /// Lets a write beyond `ulimit -f` fail as one on a full disk does, instead of ending the process.
    static func ignoreFileSizeSignal() { signal(SIGXFSZ, SIG_IGN) }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
