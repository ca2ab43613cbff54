/// What happens to a text before BPE, read from the components of a `tokenizer.json`.
struct Pipeline: Sendable {
    /// Applied in order.
    let normalization: [NormalizationForm]
    /// A text between added tokens that does not begin with a space gets one.
    let addsPrefixSpace: Bool
    /// Cut by the GPT-2 pattern; otherwise the whole text between added tokens is one pretoken.
    let splits: Bool

    /// - Throws: `TokenizationError.unsupported` for whatever would make the result differ from
    ///   that of Hugging Face tokenizers.
    init(_ file: TokenizerFile, path: String) throws {
        let check = SupportCheck(path: path)
        try check(file.version ?? "1.0" == "1.0", "version", file.version, "1.0")
        try check(file.truncation == nil, "truncation", "set", "null; set it to null in the file")
        try check(file.padding == nil, "padding", "set", "null; set it to null in the file")
        normalization = try Self.forms(file.normalizer, check)
        (addsPrefixSpace, splits) = try Self.splitting(file.preTokenizer, check)
        try Self.checkPostProcessor(file.postProcessor, check)
        try check(
            file.decoder?.type == "ByteLevel", "decoder", file.decoder?.type, "ByteLevel")
    }

    private static func forms(
        _ component: TokenizerFile.Component?, _ check: SupportCheck
    ) throws -> [NormalizationForm] {
        guard let component else { return [] }
        if component.type == "Sequence" {
            return try (component.normalizers ?? []).flatMap { try forms($0, check) }
        }
        guard let form = NormalizationForm(rawValue: component.type) else {
            throw check.error(
                "normalizer", component.type, "null, NFC, NFD, NFKC, NFKD or a Sequence of them")
        }
        return [form]
    }

    private static func splitting(
        _ component: TokenizerFile.Component?, _ check: SupportCheck
    ) throws -> (addsPrefixSpace: Bool, splits: Bool) {
        let expected =
            "ByteLevel, or a Sequence of a Split with the GPT-2 pattern and ByteLevel"
        var steps = component.map { [$0] } ?? []
        if let component, component.type == "Sequence" { steps = component.pretokenizers ?? [] }
        guard let last = steps.popLast(), last.type == "ByteLevel", steps.count <= 1 else {
            let types = (component?.pretokenizers ?? []).map(\.type).joined(separator: ", ")
            let found = component.map { $0.type == "Sequence" ? "Sequence [\(types)]" : $0.type }
            throw check.error("pre_tokenizer", found, expected)
        }
        guard let prefix = last.addPrefixSpace else {
            throw check.error("pre_tokenizer", "ByteLevel without add_prefix_space", expected)
        }
        guard let split = steps.first else { return (prefix, last.useRegex ?? true) }

        try check(split.type == "Split", "pre_tokenizer", "Sequence with \(split.type)", expected)
        try check(
            split.pattern?.regex == PretokenScanner.pattern, "pre_tokenizer Split pattern",
            split.pattern?.regex ?? "no Regex", PretokenScanner.pattern)
        let (behavior, invert) = (split.behavior ?? "null", split.invert ?? false)
        try check(
            behavior == "Isolated" || (behavior == "Removed" && invert),
            "pre_tokenizer Split behavior", "\(behavior) with invert \(invert)",
            "Isolated, or Removed with invert true")
        try check(!prefix, "add_prefix_space after a Split", "true", "false")
        return (false, true)
    }

    /// Post-processors may trim offsets, which are not computed here, but not add tokens.
    private static func checkPostProcessor(
        _ component: TokenizerFile.Component?, _ check: SupportCheck
    ) throws {
        guard let component else { return }
        switch component.type {
        case "ByteLevel":
            return
        case "Sequence":
            for part in component.processors ?? [] { try checkPostProcessor(part, check) }
        case "TemplateProcessing":
            let pieces = component.single ?? []
            let added = pieces.compactMap(\.specialToken?.id).map { "'\($0)'" }
            try check(
                added.isEmpty && pieces.count == 1, "post_processor",
                "a TemplateProcessing that adds \(added.joined(separator: ", "))",
                "one that adds no tokens")
        default:
            throw check.error(
                "post_processor", component.type,
                "null, ByteLevel or a TemplateProcessing that adds no tokens")
        }
    }
}

/// Makes `TokenizationError.unsupported` for one file.
struct SupportCheck {
    let path: String

    func callAsFunction(
        _ isSupported: Bool, _ part: String, _ found: String?, _ expected: String
    ) throws {
        guard isSupported else { throw error(part, found, expected) }
    }

    func error(_ part: String, _ found: String?, _ expected: String) -> TokenizationError {
        .unsupported(path: path, part: part, found: found ?? "null", expected: expected)
    }
}
