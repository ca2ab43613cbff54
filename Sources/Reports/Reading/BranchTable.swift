import Base
import Results
import Tokenization

extension ReadingResult {
    /// What each branch of each block promotes and suppresses at one position.
    ///
    /// - Parameters:
    ///   - column: an index of `positions`.
    ///   - width: how many columns of a terminal there are; nil for as many as it takes.
    package func branchTable(column: Int, width: Int? = nil) -> String {
        let hasTarget = targets[column] != nil
        let count = width.map { min(3, max(1, ($0 - 40) / 34)) } ?? 3
        var table = TextTable(
            ["block", "branch", "norm"] + (hasTarget ? ["target"] : [])
                + ["promoted", "suppressed"],
            textColumns: [1, hasTarget ? 4 : 3, hasTarget ? 5 : 4])
        for branch in branches ?? [] {
            func named(_ effects: [TokenEffect]) -> String {
                effects.prefix(count).map { effect in
                    fitted(readable(effect.token), to: 10)
                        + fitted(signed(effect.effect), to: 6, alignedRight: true)
                }.joined(separator: " ")
            }
            table.add(
                ["\(branch.block)", branch.hookName, decimal(branch.norm[column], digits: 2)]
                    + (hasTarget ? [branch.targetEffect[column].map(signed) ?? "-"] : [])
                    + [named(branch.promoted[column]), named(branch.suppressed[column])])
        }
        return """
            What each block writes at position \(positions[column]) \
            '\(readable(tokens[column]))', by its effect on the logits in nats:
            \(table.text)
            """
    }
}

private func signed(_ value: Double) -> String {
    let text = decimal(value, digits: 2)
    return text.hasPrefix("-") ? text : "+" + text
}

extension BranchReading {
    /// The module, as hook points are spelled: they count blocks from 0.
    fileprivate var hookName: String {
        "blocks.\(block - 1)" + (branch == Self.wholeBlock ? "" : ".\(branch)")
    }
}
