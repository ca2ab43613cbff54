import LanguageModeling
import Reports
import Results

extension [EvaluationScore] {
    /// A line for each set, and one for the mean over several tasks.
    var table: String {
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
    var brief: String {
        let text = first { $0.bitsPerByte != nil }?.bitsPerByte
        return [
            meanAccuracy.map { "right \(decimal($0, digits: 3))" },
            text.map { "\(decimal($0, digits: 3)) bits per byte" },
        ].compactMap { $0 }.joined(separator: "  ")
    }
}
