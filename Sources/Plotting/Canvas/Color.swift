import Foundation

/// An opaque sRGB colour, 8 bits a channel.
package struct Color: Hashable, Sendable {
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// `#F5B041` or `F5B041`, upper or lower case; nil for anything else.
    package init?(hex: String) {
        let digits = hex.hasPrefix("#") ? hex.dropFirst() : hex[...]
        guard digits.utf8.count == 6, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
            let value = UInt32(digits, radix: 16)
        else { return nil }
        self.init(UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
    }

    /// `#F5B041`.
    package var hex: String {
        let value = Int(red) << 16 | Int(green) << 8 | Int(blue)
        return "#" + String(format: "%06X", value)
    }

    /// Relative luminance of sRGB, 0 for black to 1 for white, with gamma taken as 2.2.
    package var luminance: Double {
        let linear = [red, green, blue].map { pow(Double($0) / 255, 2.2) }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// Red, green and blue, 0 to 1.
    var channels: (Double, Double, Double) {
        (Double(red) / 255, Double(green) / 255, Double(blue) / 255)
    }

    /// Towards white: 0 keeps the colour, 1 gives white.
    package func lightened(by amount: Double) -> Color {
        func channel(_ value: UInt8) -> UInt8 {
            255 - UInt8((Double(255 - value) * (1 - amount)).rounded())
        }
        return Color(channel(red), channel(green), channel(blue))
    }

    /// Towards black: 0 keeps the colour, 1 gives black.
    package func darkened(by amount: Double) -> Color {
        func channel(_ value: UInt8) -> UInt8 {
            UInt8((Double(value) * (1 - amount)).rounded())
        }
        return Color(channel(red), channel(green), channel(blue))
    }
}

extension Color {
    /// Fills for the first to fourth series. The first two are the published pair (Diff-Mamba,
    /// Mamba); all four differ in luminance, so that they can be told apart in grey and with any
    /// colour vision.
    package static let series: [Color] = [
        Color(0xF5, 0xB0, 0x41), Color(0x5D, 0xAD, 0xE2), Color(0x14, 0x7D, 0x64),
        Color(0x6C, 0x34, 0x83),
    ]

    static let white = Color(255, 255, 255)
    /// What stands out on a fill of this colour: dark text, or white.
    package var contrast: Color { luminance > 0.3 ? .text : .white }

    static let text = Color(0x26, 0x26, 0x26)
    static let spine = Color(0xB8, 0xB8, 0xB8)
    static let majorGrid = Color(0xD4, 0xD4, 0xD4)
    static let minorGrid = Color(0xEE, 0xEE, 0xEE)
}
