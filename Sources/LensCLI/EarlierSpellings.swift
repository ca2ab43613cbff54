import CommandSupport

/// One word for one thing: what scripts may still call by another.
let earlierSpellings = [
    EarlierSpelling("eval babilong", "--last", .option("--limit")),
    EarlierSpelling("eval babilong", "--prompt", .option("--prompt-form")),
    EarlierSpelling("eval text", "--windows", .option("--limit")),
    EarlierSpelling("lm eval", "--last", .option("--limit")),
    EarlierSpelling("lm eval", "--windows", .option("--limit")),
    EarlierSpelling("lm train", "--hold-out", .option("--held-out")),
    EarlierSpelling("data babi", "--stories", .option("--limit")),
    EarlierSpelling("capture", "--text", .argument),
    EarlierSpelling("tokenize", "--text", .argument),
    EarlierSpelling("plot layers", "--from", .first(of: "--blocks")),
    EarlierSpelling("plot layers", "--to", .last(of: "--blocks")),
]
