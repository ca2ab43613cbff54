import Base
import Foundation
import Tokenization

/// What one position takes from each position of a text through the heads of an SSM.
package struct AttentionTable {
    /// As hook points are spelled.
    private let name: String
    private let tokens: [String]
    private let target: Int
    /// Index of each head, the sum of |M| over the positions, and each position's share of it.
    private let heads: [(index: Int, sum: Double, shares: [Double])]

    /// - Parameters:
    ///   - tokens: of the text.
    ///   - target: the reading position.
    ///   - heads: with the row of M over the positions.
    package init(
        name: String, tokens: [String], target: Int, heads: [(index: Int, row: [Float])]
    ) {
        self.name = name
        self.tokens = tokens
        self.target = target
        self.heads = heads.map { index, row in
            let sum = row.reduce(0) { $0 + Double(abs($1)) }
            return (index, sum, row.map { sum > 0 ? Double(abs($0)) / sum : 0 })
        }
    }

    private static let mostHeads = 32
    private static let labelWidth = 16

    /// A line for each head: the sum of |M|, and the positions with the largest shares of it; first the means of
    /// these shares over all heads.
    ///
    /// - Parameter width: how many columns there are; nil for as many as it takes.
    package func text(width: Int? = nil) -> String {
        let count = min(6, max(1, ((width ?? 200) - Self.labelWidth) / 23))
        let mean = tokens.indices.map { j in
            heads.reduce(0) { $0 + $1.shares[j] } / Double(max(1, heads.count))
        }
        var lines = [
            "\(name) at position \(target) '\(readable(tokens[target]))'",
            fitted("head", to: 6) + fitted("|M|", to: 8, alignedRight: true)
                + "  reads of (token, position, share)",
            line("mean", "", mean, count),
        ]
        for head in heads.prefix(Self.mostHeads) {
            lines.append(
                line("\(head.index)", String(format: "%.3g", head.sum), head.shares, count))
        }
        if heads.count > Self.mostHeads {
            lines.append("and \(counted(heads.count - Self.mostHeads, "head")) more")
        }
        return lines.joined(separator: "\n")
    }

    private func line(_ head: String, _ sum: String, _ shares: [Double], _ count: Int) -> String {
        let largest = shares.enumerated().filter { $0.element > 0 }
            .sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
        let sources = largest.prefix(count).map { position, share in
            fitted(readable(tokens[position]), to: 10)
                + fitted("\(position)", to: 6, alignedRight: true) + " "
                + decimal(share, digits: 2)
        }
        return fitted(head, to: 6) + fitted(sum, to: 8, alignedRight: true) + "  "
            + sources.joined(separator: "  ")
    }
}
