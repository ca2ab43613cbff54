import Foundation

/// Colours for the numbers 0 to 1, of which equal steps look equally large.
///
/// The way from colour to colour is a line in OKLab, and its length is measured there, where
/// distances are those that people see.
///
/// - SeeAlso: B. Ottosson, "A perceptual color space for image processing" (2020).
package struct ColorScale: Sendable {
    /// From dark violet over green to yellow, rising in lightness all the way, so that it can be
    /// read in grey and with any colour vision: the course of matplotlib's viridis.
    package static let viridis = ColorScale([
        Color(0x44, 0x01, 0x54), Color(0x48, 0x28, 0x78), Color(0x3E, 0x49, 0x89),
        Color(0x31, 0x68, 0x8E), Color(0x26, 0x82, 0x8E), Color(0x1F, 0x9E, 0x89),
        Color(0x35, 0xB7, 0x79), Color(0x6E, 0xCE, 0x58), Color(0xB5, 0xDE, 0x2B),
        Color(0xFD, 0xE7, 0x25),
    ])

    /// From white to a dark blue: under text, which stays black over most of it.
    package static let blues = ColorScale([
        Color(255, 255, 255), Color(0xA9, 0xCF, 0xEE), Color(0x3D, 0x82, 0xC4),
        Color(0x12, 0x3B, 0x6D),
    ])

    /// The same from its end to its beginning.
    package var reversed: ColorScale { ColorScale(stops.reversed().map(\.color)) }

    private let stops: [OKLab]
    /// Length of the way to each stop, as a share of the whole.
    private let places: [Double]

    init(_ colors: [Color]) {
        let stops = colors.map(OKLab.init)
        var lengths = [0.0]
        for (from, to) in zip(stops, stops.dropFirst()) {
            lengths.append(lengths[lengths.count - 1] + from.distance(to: to))
        }
        let whole = lengths[lengths.count - 1]
        self.stops = stops
        places = lengths.map { $0 / whole }
    }

    /// - Parameter fraction: a number; what is below 0 or above 1 has the colour of that end.
    package subscript(fraction: Double) -> Color {
        let last = stops.count - 1
        let next = places.firstIndex { $0 > fraction } ?? last
        guard next > 0 else { return stops[0].color }
        let share = (fraction - places[next - 1]) / (places[next] - places[next - 1])
        return stops[next - 1].mixed(with: stops[next], share: min(share, 1)).color
    }
}

/// A colour in OKLab: lightness 0 to 1, and two axes of hue.
private struct OKLab {
    let lightness, a, b: Double

    init(lightness: Double, a: Double, b: Double) {
        (self.lightness, self.a, self.b) = (lightness, a, b)
    }

    init(_ color: Color) {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        let (r, g, b) = (linear(color.red), linear(color.green), linear(color.blue))
        let long = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        let middle = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        let short = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        self.init(
            lightness: 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
            a: 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
            b: 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short)
    }

    /// The nearest colour that sRGB has.
    var color: Color {
        let long = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3)
        let middle = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3)
        let short = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3)
        func channel(_ linear: Double) -> UInt8 {
            let value =
                linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
            return UInt8((min(max(value, 0), 1) * 255).rounded())
        }
        return Color(
            channel(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
            channel(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
            channel(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short))
    }

    func mixed(with other: OKLab, share: Double) -> OKLab {
        OKLab(
            lightness: lightness + share * (other.lightness - lightness),
            a: a + share * (other.a - a), b: b + share * (other.b - b))
    }

    func distance(to other: OKLab) -> Double {
        let (dl, da, db) = (other.lightness - lightness, other.a - a, other.b - b)
        return (dl * dl + da * da + db * db).squareRoot()
    }
}
