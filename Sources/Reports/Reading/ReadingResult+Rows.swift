import Results

extension ReadingResult {
    /// What is shown, from the top, each with its name: blocks completed, and the model's own distribution
    /// where no row is that.
    var shownRows: [(name: String, row: ReadingRow)] {
        zip(blocks, rows).map { ("\($0)", $1) } + (endsInOutput ? [] : [("output", output)])
    }
}
