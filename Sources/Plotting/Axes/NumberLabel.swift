import Foundation

/// Numbers as they stand beside an axis, with a true minus sign.
enum NumberLabel {
    /// `−0.25` for -0.25 with two decimals; a rounded-off zero has no sign.
    static func fixed(_ value: Double, decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", value)
        let isZero = !text.contains { ("1"..."9").contains($0) }
        return isZero
            ? text.replacing("-", with: "") : text.replacing("-", with: "\u{2212}")
    }

    /// `digit · 10^exponent`: `0.02` where every decade of the axis reads well so, else `2×10⁻²`.
    static func power(_ digit: Int, _ exponent: Int, among decades: ClosedRange<Int>) -> String {
        if decades.lowerBound >= -3 && decades.upperBound <= 3 {
            return fixed(Double(digit) * pow(10, Double(exponent)), decimals: max(0, -exponent))
        }
        return digit == 1 ? powerOfTen(exponent) : "\(digit)×\(powerOfTen(exponent))"
    }

    /// `10⁻³` for -3.
    static func powerOfTen(_ exponent: Int) -> String {
        let superscripts: [Character: Character] = [
            "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶",
            "7": "⁷", "8": "⁸", "9": "⁹",
        ]
        return "10" + String("\(exponent)".compactMap { superscripts[$0] })
    }
}
