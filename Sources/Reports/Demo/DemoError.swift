import Base

/// What can be in the way of a demo.
package enum DemoError: UserFacingError, Equatable {
    case noModels(lookedFor: [String])
    /// Files that no demo left so.
    case foreignFolder(path: String, names: [String])

    package var kind: FailureKind {
        switch self {
        case .noModels: .missingInput
        case .foreignFolder: .usage
        }
    }

    package var description: String {
        switch self {
        case .noModels(let lookedFor):
            "no pair of models, folders \(EmbeddedPair.layout); looked for "
                + lookedFor.joined(separator: ", ")
        case .foreignFolder(let path, let names):
            "\(path): holds \(names.prefix(3).joined(separator: ", "))"
                + (names.count > 3 ? " and \(names.count - 3) more" : "")
                + ", which no 'lens demo' left so"
        }
    }
}
