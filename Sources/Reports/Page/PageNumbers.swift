import Foundation

/// The typed arrays of a page, one after the other, little-endian, each at a multiple of four bytes.
struct PageNumbers {
    private(set) var bytes = Data()

    /// Where an array lies and how it is read.
    struct Place: Encodable {
        enum Kind: String, Encodable {
            /// NaN where there is no value.
            case float32
            /// The greatest value where there is none.
            case uint16, uint32
            /// `low + step · n`, none where n is 65535.
            case steps
        }
        let kind: Kind
        let at: Int
        let count: Int
        var low: Double?
        var step: Double?
    }

    mutating func floats(_ values: [Double?]) -> Place {
        append(values.map { Float($0 ?? .nan).bitPattern }, .float32)
    }

    /// Numbers in 65,535 equal steps from their least to their greatest, so that none is off by more than
    /// half a step: of log-probabilities from −30 to 0, by 0.0003.
    mutating func steps(_ values: [Double?]) -> Place {
        let known = values.compactMap(\.self).filter(\.isFinite)
        let low = known.min() ?? 0
        let step = ((known.max() ?? 0) - low) / 65_534
        let codes = values.map { value -> UInt16 in
            guard let value, value.isFinite else { return .max }
            return step > 0 ? UInt16(((value - low) / step).rounded()) : 0
        }
        var place = append(codes, .steps)
        (place.low, place.step) = (low, step)
        return place
    }

    /// Whole numbers from 0.
    mutating func integers(_ values: [Int?]) -> Place {
        values.allSatisfy { $0 ?? 0 < UInt16.max }
            ? append(values.map { $0.map(UInt16.init) ?? .max }, .uint16)
            : append(values.map { $0.map(UInt32.init) ?? .max }, .uint32)
    }

    private mutating func append<Code: FixedWidthInteger>(
        _ codes: [Code], _ kind: Place.Kind
    ) -> Place {
        let place = Place(kind: kind, at: bytes.count, count: codes.count)
        var part: [UInt8] = []
        part.reserveCapacity(codes.count * Code.bitWidth / 8 + 3)
        for code in codes {
            for shift in stride(from: 0, to: Code.bitWidth, by: 8) {
                part.append(UInt8(truncatingIfNeeded: code >> shift))
            }
        }
        while part.count % 4 != 0 { part.append(0) }
        bytes += part
        return place
    }
}
