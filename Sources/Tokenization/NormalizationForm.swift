/// A Unicode normalisation form, by its name in `tokenizer.json`.
enum NormalizationForm: String, Sendable, CaseIterable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"

    var composes: Bool { self == .nfc || self == .nfkc }

    private var tables: NormalizationTables {
        self == .nfc || self == .nfd ? .canonical : .compatibility
    }

    /// Below this no scalar changes and none combines with what stands before it.
    private var firstSlowScalar: UInt32 { self == .nfc ? 0x300 : 0xA0 }

    /// The normal form of a text, or nil if the text is in that form already.
    ///
    /// Only the stretches that may change are decomposed: each begins at the last scalar before
    /// one that may combine or change and ends before the next that does neither.
    ///
    /// - SeeAlso: Unicode Standard Annex 15.
    func normalize(_ text: Bytes) -> [UInt8]? {
        var output: [UInt8] = []
        var copied = 0
        var previous = 0
        var index = 0
        while index < text.count {
            if text[index] < 0x80 {
                previous = index
                index += 1
                continue
            }
            let (value, length) = text.scalar(at: index)
            if isInert(value) {
                previous = index
                index += length
                continue
            }
            let start = previous
            var scalars: [UInt32] = []
            index = start
            while index < text.count {
                let (value, length) = text.scalar(at: index)
                if index > start, isInert(value) { break }
                scalars.append(value)
                index += length
            }
            previous = text.scalarStart(before: index)
            let normal = tables.normalize(scalars, compose: composes)
            if normal != scalars {
                output.append(contentsOf: text[copied..<start])
                for value in normal { output.appendUTF8(value) }
                copied = index
            }
        }
        guard copied > 0 else { return nil }
        output.append(contentsOf: text[copied...])
        return output
    }

    /// Whether a scalar stays as it is, whatever stands before it, unless something follows it
    /// that is not inert.
    @inline(__always)
    private func isInert(_ value: UInt32) -> Bool {
        if value < firstSlowScalar { return true }
        let tables = tables
        guard value < NormalizationTables.end else { return true }
        return composes ? tables.composedInert[Int(value)] : tables.decomposedInert[Int(value)]
    }
}

extension [NormalizationForm] {
    /// The text after all forms in their order; nil if it is in them already.
    func normalize(_ text: Bytes) -> [UInt8]? {
        var result: [UInt8]?
        for form in self {
            if let current = result {
                result = current.withUnsafeBufferPointer(form.normalize) ?? current
            } else {
                result = form.normalize(text)
            }
        }
        return result
    }
}
