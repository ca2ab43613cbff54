import Base
import Foundation

/// Width and height in inches.
package struct FigureSize: Hashable, Sendable {
    package let width: Double
    package let height: Double

    package init(width: Double = 14, height: Double = 6) {
        self.width = width
        self.height = height
    }
}

package enum FigureFormat: String, CaseIterable, Sendable {
    case png
    case pdf
    case svg

    /// Whether a file is a figure of one of these formats whose metadata name this program.
    package static func isFigure(_ path: String) throws -> Bool {
        try MappedFile(path).withBytes { bytes in
            let start = String(decoding: bytes.prefix(1024), as: UTF8.self)
            let isFormat =
                bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) || start.hasPrefix("%PDF-")
                || start.contains("<svg")
            return isFormat && Data(bytes).firstRange(of: Data("StateLens".utf8)) != nil
        }
    }
}
