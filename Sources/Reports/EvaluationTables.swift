import Base
import Results

extension BabilongResult {
    /// The means after each block, and what must be said of them.
    package var table: String {
        var table = TextTable(["blocks"] + Self.headings(hasIntervals: output.hasInterval))
        for (index, layer) in layers.enumerated() {
            let ranks = (prompts ?? []).compactMap { $0.rank?[index] }
            table.add(["\(layer.blocks)"] + layer.row.cells(ranks))
        }
        table.add(["output"] + output.cells((prompts ?? []).compactMap { $0.output?.rank }))
        let (count, several) = (count ?? 0, severalTokenTargets ?? 0)
        let note =
            several == 0
            ? ""
            : "\n\(several) of \(counted(count, "answer")) \(several == 1 ? "has" : "have")"
                + " several tokens, of which the first is measured"
        return "Probability of the right answer after each block, "
            + "\(counted(count, "prompt")):\n\(table.text)\(note)"
    }

    /// A line for each task: what the model's own output says, and from which block on the probability
    /// is more than half of that.
    package var taskTable: String {
        let tasks = (tasks ?? [:]).sorted { precedes($0.key, $1.key) }
        let hasIntervals = tasks.contains { $0.value.output.hasInterval }
        var table = TextTable(
            ["task", "prompts"] + Self.headings(hasIntervals: hasIntervals) + ["half from block"],
            textColumns: [0])
        for (name, task) in tasks {
            let ranks = (prompts ?? []).compactMap { $0.task == name ? $0.output?.rank : nil }
            let means = task.layers.compactMap { $0.row.probability?.mean }
            let half = task.output.probability.flatMap {
                firstHalf(of: means, output: $0.mean)
            }
            table.add(
                [name, "\(task.count)"] + task.output.cells(ranks, hasIntervals: hasIntervals)
                    + [half.map { "\($0)" } ?? ""])
        }
        return "The model's own output, task by task:\n\(table.text)"
    }

    private static func headings(hasIntervals: Bool) -> [String] {
        ["probability"] + (hasIntervals ? ["95% interval"] : [])
            + ["log-probability", "comes first", "mean rank", "median rank"]
    }
}

extension BabilongResult.Row {
    fileprivate var hasInterval: Bool { probability?.ci95 != nil }

    /// - Parameters:
    ///   - ranks: of the prompts.
    ///   - hasIntervals: whether the table has a column for them.
    fileprivate func cells(_ ranks: [Int], hasIntervals: Bool? = nil) -> [String] {
        func number(_ estimate: Estimate?, digits: Int = 4) -> String {
            estimate.map { decimal($0.mean, digits: digits) } ?? "-"
        }
        let interval = probability?.ci95.map { ends in
            ends.map { decimal($0) }.joined(separator: "–")
        }
        let first = Double(ranks.count { $0 == 1 }) / Double(max(1, ranks.count))
        return [number(probability)]
            + (hasIntervals ?? hasInterval ? [interval ?? "-"] : [])
            + [
                number(logProbability, digits: 3), decimal(first, digits: 3),
                number(rank, digits: 1),
                ranks.isEmpty
                    ? "-" : decimal(Quartiles(of: ranks.map(Double.init)).median, digits: 1),
            ]
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

    /// For a progress line, the most important first.
    package var brief: [String] {
        let text = first { $0.bitsPerByte != nil }?.bitsPerByte
        return [
            meanAccuracy.map { "right \(decimal($0, digits: 3))" },
            text.map { "\(decimal($0, digits: 3)) bits per byte" },
        ].compactMap { $0 }
    }
}
