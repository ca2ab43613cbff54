import Base
import Foundation

/// The repository's own files, where the sources of the tests stand.
package enum Repository {
    package static let root: String = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    package static func path(_ relative: String) -> String { join(root, relative) }

    /// An embedded model's folder.
    package static func model(_ design: String, seed: Int = 0) -> String {
        path("models/\(design)/seed\(seed)")
    }

    /// What `Tests/Golden/make.py` wrote or read.
    package static func golden(_ relative: String) -> String { path("Tests/Golden/\(relative)") }
}
