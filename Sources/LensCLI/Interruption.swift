import Foundation
import Synchronization

/// Turns the first Ctrl-C (or SIGTERM) into a request to stop at the next good place; a second one
/// ends the process at once.
enum Interruption {
    private static let flag = Atomic(false)

    static var isRequested: Bool { flag.load(ordering: .relaxed) }

    static func catchSignals() {
        // A parent that starts programs from a worker thread hands down a mask that blocks them.
        var caught = sigset_t()
        sigemptyset(&caught)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&caught, number)
            signal(number) { number in
                if Interruption.flag.exchange(true, ordering: .relaxed) { _exit(128 + number) }
                let text: StaticString =
                    "\nstopping after this piece of work; again to stop at once\n"
                if isatty(STDERR_FILENO) == 1 {
                    write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
                }
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    }
}
