import Base
import Results

extension BabilongResult {
    /// The means after each block, and what must be said of them.
    package var table: String {
        let hasIntervals = output.probability?.ci95 != nil
        var table = TextTable(
            ["blocks", "probability"] + (hasIntervals ? ["95% interval"] : [])
                + ["log-probability", "rank"])
        func number(_ estimate: Estimate?, digits: Int = 4) -> String {
            estimate.map { decimal($0.mean, digits: digits) } ?? "-"
        }
        func cells(_ row: Row) -> [String] {
            let interval = row.probability?.ci95.map { ends in
                ends.map { decimal($0) }.joined(separator: "–")
            }
            return [number(row.probability)] + (interval.map { [$0] } ?? [])
                + [number(row.logProbability, digits: 3), number(row.rank, digits: 1)]
        }
        for layer in layers { table.add(["\(layer.blocks)"] + cells(layer.row)) }
        table.add(["output"] + cells(output))
        let (count, several) = (count ?? 0, severalTokenTargets ?? 0)
        let note =
            several == 0
            ? ""
            : "\n\(several) of \(counted(count, "answer")) \(several == 1 ? "has" : "have")"
                + " several tokens, of which the first is measured"
        return "Probability of the right answer after each block, "
            + "\(counted(count, "prompt")):\n\(table.text)\(note)"
    }
}

extension TextResult {
    /// Both lenses after each block, and the model itself.
    package var table: String {
        var table = TextTable(
            "blocks", "logit KL", "logit CE", "tuned KL", "tuned CE", "tuned CE, bits per byte")
        func number(_ value: Double?) -> String { value.map { decimal($0) } ?? "-" }
        for layer in layers {
            let (logit, tuned) = (layer.logit.nats, layer.tuned?.nats)
            table.add([
                "\(layer.blocks)", number(logit.kl), number(logit.crossEntropy),
                number(tuned?.kl), number(tuned?.crossEntropy),
                number(layer.tuned?.bitsPerByte.crossEntropy),
            ])
        }
        return """
            Nats a token on \(counted(windows, "window")) of \(window) tokens:
            \(table.text)
            the model itself: cross entropy \(number(output.nats.crossEntropy)) nats, \
            \(number(output.bitsPerByte.crossEntropy)) bits per byte; \
            entropy \(number(output.nats.entropy)) nats
            """
    }
}

extension [EvaluationScore] {
    /// A line for each set, and one for the mean over several tasks.
    package var table: String {
        var table = TextTable(
            ["", "sequences", "right", "cross entropy", "bits per byte"], textColumns: [0])
        func add(_ name: String, _ sequences: Int, _ numbers: Double?...) {
            table.add([name, "\(sequences)"] + numbers.map { $0.map { decimal($0) } ?? "" })
        }
        for score in self {
            add(
                score.name, score.sequences, score.accuracy, score.crossEntropy,
                score.bitsPerByte)
        }
        let tasks = filter { $0.accuracy != nil }
        if tasks.count > 1 {
            add(
                "mean", tasks.reduce(0) { $0 + $1.sequences }, meanAccuracy, mean(\.crossEntropy),
                nil)
        }
        return table.text
    }

    /// For the end of a progress line.
    package var brief: String {
        let text = first { $0.bitsPerByte != nil }?.bitsPerByte
        return [
            meanAccuracy.map { "right \(decimal($0, digits: 3))" },
            text.map { "\(decimal($0, digits: 3)) bits per byte" },
        ].compactMap { $0 }.joined(separator: "  ")
    }
}
