/// What a figure records about its making, in a fixed order without dates.
///
/// - Parameters:
///   - title: its title; nil or empty for none.
///   - command: the line that makes it; nil for a figure that names nothing but the program, as for a
///     submission without names.
///   - facts: of what it shows, left out without a command.
func figureMetadata(
    title: String?, command: String?, facts: [(key: String, value: String)]
) -> [(key: String, value: String)] {
    let title = (title ?? "").isEmpty ? [] : [("Title", title ?? "")]
    let making = command.map { [("Command", $0)] + facts.map { ($0.key, $0.value) } } ?? []
    return (title + [("Software", "StateLens")] + making).map { (key: $0.0, value: $0.1) }
}

extension [LayerCurve] {
    /// What must be said of the comparison, and where each curve comes from.
    var facts: [(key: String, value: String)] {
        let warning = comparisonNote(self).map { [(key: "Warning", value: $0)] } ?? []
        return warning
            + enumerated().flatMap { index, curve in
                let run = curve.provenance.run
                let facts: [(String, String?)] = [
                    ("label", curve.name), ("file", curve.provenance.path),
                    ("file_sha256", curve.provenance.sha256), ("model", run.model),
                    ("lens", run.lens), ("model_sha256", run.modelSHA256),
                    ("lens_sha256", run.lensSHA256), ("data_sha256", run.dataSHA256),
                    ("command", run.command),
                ]
                return facts.compactMap { name, value in
                    value.map { (key: "Result \(index + 1) \(name)", value: $0) }
                }
            }
    }
}
