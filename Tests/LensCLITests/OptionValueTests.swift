import Testing

/// What is said of a value that an option does not take.
struct OptionValueTests {
    private let train = ["train", "--model", "m", "--data", "d", "--out", "o"]
    private let lmTrain = ["lm", "train", "--model", "m", "--data", "d", "--out", "o"]
    private let evaluation = [
        "eval", "babilong", "--model", "m", "--lens", "logit", "--data", "d", "--out", "o",
    ]

    private func expect(
        _ command: [String], _ option: [String], _ sentence: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let run = try LensProcess(command + option)
        #expect(run.status == 64, sourceLocation: sourceLocation)
        #expect(
            run.errors.hasPrefix("Error: \(sentence)\n"), "\(run.errors)",
            sourceLocation: sourceLocation)
    }

    @Test("a number below 0 is the value of the option before it")
    func negative() throws {
        try expect(evaluation, ["--limit", "-1"], "--limit is -1, expected 1 to 4294967296.")
        try expect(train, ["--eval-every", "-1"], "--eval-every is -1, expected 0 to 4294967296.")
        try expect(lmTrain, ["--clip", "-inf"], "--clip is -inf, expected 0 or more.")
        try expect(lmTrain, ["--lr", "-.5"], "--lr is -0.5, expected a number above 0.")
        try expect(
            train, ["--budget", "-5s"],
            "--budget is '-5s', expected an amount above 0 such as 90s, 10m, '250k tokens' or "
                + "'3e15 operations'.")
        try expect(
            evaluation, ["--seed", "-1"],
            "--seed is '-1', expected a whole number from 0 to 18446744073709551615.")
        let shift = try LensProcess(train + ["--token-shift", "-1"])
        #expect(shift.status == 66 && shift.errors.contains("'m': not a folder"))
    }

    @Test("bounds are named, and whether they belong to what is taken")
    func bounds() throws {
        try expect(lmTrain, ["--beta2", "1"], "--beta2 is 1, expected 0 to less than 1.")
        try expect(train, ["--momentum", "1"], "--momentum is 1, expected 0 to less than 1.")
        try expect(lmTrain, ["--story-share", "1.5"], "--story-share is 1.5, expected 0 to 1.")
        try expect(lmTrain, ["--init-a", "nan"], "--init-a is nan, expected 1 or more.")
        try expect(train, ["--lr-scale", "0"], "--lr-scale is 0, expected a number above 0.")
    }

    @Test("what is no number says what the option takes")
    func unreadable() throws {
        try expect(evaluation, ["--limit", "abc"], "--limit is 'abc', expected a whole number.")
        try expect(train, ["--window", ""], "--window is '', expected a whole number.")
        try expect(
            lmTrain, ["--at-a-time", "1.5"], "--at-a-time is '1.5', expected a whole number.")
        try expect(lmTrain, ["--text-weight", "x"], "--text-weight is 'x', expected a number.")
        try expect(
            train, ["--steps", "9223372036854775808"],
            "--steps is '9223372036854775808', expected a smaller number.")
        try expect(
            ["plot", "layers", "a", "--out", "a.png"], ["--color", "red"],
            "--color is 'red', expected a colour as #RRGGBB, such as #5DADE2.")
        try expect(
            ["plot", "layers", "a", "--out", "a.png"], ["--label", " "],
            "--label: name 1 is blank, expected a name")
    }

    @Test(
        "a word that is no command brings to mind one that is",
        arguments: [
            ("trian", "lens train"), ("eval babi", "lens eval babilong"),
            ("plot layer", "lens plot layers"), ("generate", "lens lm generate"),
            ("help trian", "lens train"), ("help lm trian", "lens lm train"),
        ])
    func commands(words: String, meant: String) throws {
        let run = try LensProcess(words.split(separator: " ").map(String.init))
        #expect(run.status == 64)
        #expect(run.errors.contains("did you mean '\(meant)'?"), "\(run.errors)")
    }
}
