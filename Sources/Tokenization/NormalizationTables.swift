import Foundation

/// Decompositions, combining classes and compositions of Unicode 9, the version of the tables in
/// Hugging Face tokenizers 0.22; scalars assigned later are left alone there.
///
/// Built once, when a text first needs it, from Foundation's and the standard library's data:
/// decompositions and combining classes never change after a scalar is assigned.
final class NormalizationTables: Sendable {
    static let canonical = NormalizationTables {
        $0.decomposedStringWithCanonicalMapping
    }
    static let compatibility = NormalizationTables {
        $0.decomposedStringWithCompatibilityMapping
    }

    /// From here on no scalar of Unicode 9 decomposes or has a combining class.
    static let end: UInt32 = 0x30000
    private static let newestVersion = (major: 9, minor: 0)

    private let combiningClasses: [UInt8]
    /// Full decompositions, without those of Hangul syllables.
    private let decompositions: [UInt32: [UInt32]]
    /// Primary composites by `first << 32 | second`, without Hangul syllables.
    private let compositions: [UInt64: UInt32]
    /// Inert for the composed form: see `NormalizationForm.isInert`.
    let composedInert: [Bool]
    let decomposedInert: [Bool]

    private init(decompose: (String) -> String) {
        let known = (0..<Self.end).map { value in
            guard let age = Unicode.Scalar(value)?.properties.age else { return false }
            return age <= Self.newestVersion
        }
        let classes: [UInt8] = (0..<Self.end).map { value in
            guard known[Int(value)], let scalar = Unicode.Scalar(value) else { return 0 }
            return scalar.properties.canonicalCombiningClass.rawValue
        }
        combiningClasses = classes
        let candidates = (0xA0..<Self.end).filter { known[Int($0)] && !Self.isWhole($0) }
        decompositions = Self.decompositions(of: candidates, decompose)
        compositions = Self.compositions(
            Self.decompositions(of: candidates) { $0.decomposedStringWithCanonicalMapping })

        var composed = classes.map { $0 == 0 }
        var decomposed = composed
        var seconds = Set(compositions.keys.map { UInt32(truncatingIfNeeded: $0) })
        seconds.formUnion(Hangul.vowels)
        seconds.formUnion(Hangul.trailing)
        for second in seconds { composed[Int(second)] = false }
        for value in Hangul.syllables { decomposed[Int(value)] = false }
        for (value, parts) in decompositions {
            decomposed[Int(value)] = false
            let returns = Self.compose(parts, classes, compositions) == [value]
            if !returns || seconds.contains(parts[0]) || classes[Int(parts[0])] != 0 {
                composed[Int(value)] = false
            }
        }
        composedInert = composed
        decomposedInert = decomposed
    }

    /// The normal form of a few scalars.
    func normalize(_ scalars: [UInt32], compose: Bool) -> [UInt32] {
        var parts: [UInt32] = []
        for scalar in scalars {
            if let decomposition = decompositions[scalar] {
                parts += decomposition
            } else if Hangul.syllables.contains(scalar) {
                parts += Hangul.decompose(scalar)
            } else {
                parts.append(scalar)
            }
        }
        sortMarks(&parts)
        return compose ? Self.compose(parts, combiningClasses, compositions) : parts
    }

    /// Sorts each run of combining marks by class, keeping the order of equal classes.
    private func sortMarks(_ scalars: inout [UInt32]) {
        var start = 0
        while start < scalars.count {
            var end = start
            while end < scalars.count, Self.combiningClass(scalars[end], combiningClasses) > 0 {
                end += 1
            }
            if end - start > 1 {
                let sorted = scalars[start..<end].enumerated().sorted { a, b in
                    let left = Self.combiningClass(a.element, combiningClasses)
                    let right = Self.combiningClass(b.element, combiningClasses)
                    return (left, a.offset) < (right, b.offset)
                }
                scalars.replaceSubrange(start..<end, with: sorted.map(\.element))
            }
            start = end + 1
        }
    }

    private static func combiningClass(_ value: UInt32, _ classes: [UInt8]) -> UInt8 {
        value < end ? classes[Int(value)] : 0
    }

    /// Combines each scalar with the last starter, unless something in between blocks it.
    private static func compose(
        _ scalars: [UInt32], _ classes: [UInt8], _ compositions: [UInt64: UInt32]
    ) -> [UInt32] {
        var output: [UInt32] = []
        var starter: Int?
        var lastClass: UInt8 = 0
        for scalar in scalars {
            let own = combiningClass(scalar, classes)
            if let starter, output.count == starter + 1 || lastClass < own,
                let whole = Hangul.compose(output[starter], scalar)
                    ?? compositions[UInt64(output[starter]) << 32 | UInt64(scalar)]
            {
                output[starter] = whole
                continue
            }
            if own == 0 { starter = output.count }
            lastClass = own
            output.append(scalar)
        }
        return output
    }

    /// Hangul syllables, which are computed, and unified ideographs, which never decompose.
    private static func isWhole(_ value: UInt32) -> Bool {
        switch value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x2F7FF: true
        default: Hangul.syllables.contains(value)
        }
    }

    /// The candidates that decompose; `decompose` is called once, on all of them in lines.
    private static func decompositions(
        of candidates: [UInt32], _ decompose: (String) -> String
    ) -> [UInt32: [UInt32]] {
        var lines = String.UnicodeScalarView()
        for scalar in candidates.compactMap(Unicode.Scalar.init) {
            lines.append(scalar)
            lines.append("\n")
        }
        var result: [UInt32: [UInt32]] = [:]
        var remaining = candidates[...]
        for line in decompose(String(lines)).unicodeScalars.split(separator: "\n") {
            guard let candidate = remaining.popFirst() else { break }
            let parts = line.map(\.value)
            if parts != [candidate] { result[candidate] = parts }
        }
        return result
    }

    /// The pairs that compose, from full canonical decompositions: the last scalar of one
    /// combines with the composite of those before it.
    private static func compositions(_ decompositions: [UInt32: [UInt32]]) -> [UInt64: UInt32] {
        var result: [UInt64: UInt32] = [:]
        for (whole, parts) in decompositions where parts.count > 1 {
            guard composesBack(whole) else { continue }
            let before = text(parts.dropLast()).precomposedStringWithCanonicalMapping
            guard let first = before.unicodeScalars.first, before.unicodeScalars.count == 1,
                let last = parts.last
            else { continue }
            result[UInt64(first.value) << 32 | UInt64(last)] = whole
        }
        return result
    }

    /// Whether canonical composition leaves a scalar whole: false for the composition exclusions.
    private static func composesBack(_ value: UInt32) -> Bool {
        let composed = text([value]).precomposedStringWithCanonicalMapping
        return composed.unicodeScalars.elementsEqual(text([value]).unicodeScalars)
    }

    private static func text(_ scalars: some Sequence<UInt32>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars.compactMap(Unicode.Scalar.init))
        return String(view)
    }
}
