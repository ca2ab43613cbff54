/// Which blocks of a Diff-Mamba model are differential.
package enum DifferentialPlacement: Sendable, Equatable, CustomStringConvertible {
    case all
    /// Blocks 0, 2, 4, …
    case alternate
    /// The last `n_layers / 4` blocks.
    case quarter
    /// The last k blocks, as configurations before October 2025 say with a number.
    case last(Int)
    /// Others, by index.
    case some([Int])

    package init?(_ text: String) {
        switch text {
        case "all": self = .all
        case "alternate": self = .alternate
        case "quarter": self = .quarter
        default:
            guard let count = Int(text), count >= 0 else { return nil }
            self = .last(count)
        }
    }

    /// The placement that makes these blocks differential; nil if none is.
    init?(ofBlocks isDifferential: [Bool]) {
        let indices = isDifferential.indices.filter { isDifferential[$0] }
        guard !indices.isEmpty else { return nil }
        let known: [DifferentialPlacement] = [.all, .alternate, .quarter, .last(indices.count)]
        self =
            known.first { placement in
                isDifferential.indices.allSatisfy {
                    placement.contains(block: $0, of: isDifferential.count) == isDifferential[$0]
                }
            } ?? .some(indices)
    }

    package func contains(block: Int, of nLayers: Int) -> Bool {
        switch self {
        case .all: true
        case .alternate: block % 2 == 0
        case .quarter: block >= nLayers - nLayers / 4
        case .last(let count): block >= nLayers - count
        case .some(let blocks): blocks.contains(block)
        }
    }

    package var description: String {
        switch self {
        case .all: "all"
        case .alternate: "alternate"
        case .quarter: "quarter"
        case .last(let count): "last \(count)"
        case .some(let blocks): "blocks \(blocks.map(String.init).joined(separator: ", "))"
        }
    }
}
