import Base
import Foundation
import Tensors

/// The hash by which tuned-lens artifacts name the unembedding they were trained for.
///
/// A weak identity: of a large matrix it sees the 36 corner values, rounded.
///
/// - Parameter weight: `[vocab, d_model]`, padding rows included.
/// - Returns: SHA-256 in hexadecimal of `arrayText(weight)`.
/// - SeeAlso: `tensor_hash` in AlignmentResearch/tuned-lens `tuned_lens/utils.py`.
package func unembeddingHash(_ weight: Tensor) -> String {
    SHA256.hex(of: arrayText(weight))
}

/// The text NumPy gives a float32 matrix under `np.array_str(matrix, precision=1)`.
///
/// With more than 1000 elements only the first and last three rows and columns count. The rules
/// are those of NumPy 2.3 and later; earlier ones differ where a corner value is 10⁶ or more.
///
/// - Parameter matrix: two axes.
/// - SeeAlso: `FloatingFormat` and `_formatArray` in NumPy's `numpy/_core/arrayprint.py`.
package func arrayText(_ matrix: Tensor) -> String {
    precondition(matrix.shape.count == 2, "\(matrix.shape), expected [vocab, d_model]")
    guard matrix.count > 0 else { return "[]" }
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let summary = matrix.count > 1000
    let shownRows = shown(rows, summary)
    let shownColumns = shown(columns, summary)
    let values = matrix.withElements { elements in
        shownRows.flatMap { row in shownColumns.map { elements[row * columns + $0] } }
    }
    let fields = numberFields(values)
    var lines: [String] = []
    for row in shownRows.indices {
        if row == 3, shownRows.count < rows { lines.append("...") }
        var words = Array(fields[row * shownColumns.count..<(row + 1) * shownColumns.count])
        if shownColumns.count < columns { words.insert("...", at: 3) }
        lines.append("[" + wrapped(words) + "]")
    }
    return "[" + lines.joined(separator: "\n ") + "]"
}

private func shown(_ count: Int, _ summary: Bool) -> [Int] {
    summary && count > 6 ? [0, 1, 2, count - 3, count - 2, count - 1] : Array(0..<count)
}

/// Words with a space between them, in lines of 75 columns with the brackets.
private func wrapped(_ words: [String]) -> String {
    let indent = "  "
    var text = ""
    var line = indent
    for (index, word) in words.enumerated() {
        if line.count + word.count > 73, line.count > indent.count {
            while line.last == " " { line.removeLast() }
            text += line + "\n"
            line = indent
        }
        line += word + (index + 1 < words.count ? " " : "")
    }
    return String((text + line).dropFirst(indent.count))
}

/// All values as numbers of one style and width.
private func numberFields(_ values: [Float]) -> [String] {
    let finite = values.filter(\.isFinite)
    let magnitudes = finite.map(\.magnitude).filter { $0 != 0 }
    var exponential = false
    if let least = magnitudes.min(), let most = magnitudes.max() {
        exponential = most >= 1e6 || least < 1e-4 || most / least > 1000
    }
    let numbers = exponential ? exponentialNumbers(values) : values.map(fixedNumber)
    let present = numbers.compactMap(\.self)
    var left = present.map(\.whole.count).max() ?? 0
    let right = present.map(\.tail.count).max() ?? 0
    if finite.count < values.count {
        let widest = values.contains(-.infinity) ? 4 : 3
        left = max(left, widest - (right + 1))
    }
    return zip(values, numbers).map { value, number in
        guard let number else {
            let name = value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
            return padding(left + right + 1 - name.count) + name
        }
        return padding(left - number.whole.count) + number.whole + "." + number.tail
            + padding(right - number.tail.count)
    }
}

private func padding(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

/// A number around its point, which is always written.
private struct Number {
    let whole: String
    /// Digits after the point, then the exponent with its letter.
    let tail: String
}

/// One digit after the point unless it is 0: the exact binary value rounded, ties to even.
///
/// - Returns: nil for infinities and NaN.
private func fixedNumber(_ value: Float) -> Number? {
    guard value.isFinite else { return nil }
    let text = String(format: "%.1f", Double(value))
    return Number(
        whole: String(text.dropLast(2)), tail: text.hasSuffix("0") ? "" : String(text.suffix(1)))
}

/// One digit after the point in all numbers if one of them needs it, else in none.
private func exponentialNumbers(_ values: [Float]) -> [Number?] {
    let precise = values.contains { $0.isFinite && needsFraction($0) }
    return values.map { value -> Number? in
        guard value.isFinite else { return nil }
        let text = String(format: precise ? "%.1e" : "%.0e", Double(value))
        let mantissa = text.prefix { $0 != "e" }
        let whole = mantissa.prefix { $0 != "." }
        return Number(
            whole: String(whole),
            tail: String(mantissa.dropFirst(whole.count + 1))
                + String(text.dropFirst(mantissa.count)))
    }
}

/// Whether NumPy's first look at a number, which finds the fewest digits that tell it from its
/// neighbours but at most two, has a second digit other than 0.
private func needsFraction(_ value: Float) -> Bool {
    // Only subnormal numbers, which have few bits, are told from their neighbours by one digit
    // where their exact value has two.
    if value.isSubnormal, !value.description.contains(".") { return false }
    return !String(format: "%.1e", Double(value)).contains(".0")
}
