import Base
import Foundation

/// The folder `../shared` beside the repository: other families' checkpoints, published data, and
/// tokenizers of the size that is used.
///
/// Tests that need it are `.enabled(if: Fixtures.available)`; without it they are skipped and
/// the reason is printed.
package enum Fixtures {
    package static let root = URL(fileURLWithPath: Repository.root)
        .deletingLastPathComponent().appendingPathComponent("shared/fixtures").path

    package static let available: Bool = {
        let found = isFolder(root)
        if !found {
            FileHandle.standardError.write(
                Data(
                    "skipping tests on released data and tokenizers: ../shared/fixtures is absent\n"
                        .utf8))
        }
        return found
    }()

    package static func path(_ relative: String) -> String { join(root, relative) }
}

/// A folder of its own for one test, removed when the value goes away.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = join(NSTemporaryDirectory(), "statelens-\(UUID().uuidString)")
        try createFolder(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func callAsFunction(_ name: String) -> String { join(path, name) }
}
