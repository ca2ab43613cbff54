import Base

/// Why a chart cannot be drawn.
package enum PlottingError: UserFacingError, Equatable {
    case figureTooSmall(size: FigureSize)
    case figureTooLarge(size: FigureSize, dpi: Double)
    case notAResolution(dpi: Double)
    case nothingToDraw(name: String)
    case nothingPositive(name: String)
    case unusableLimits(low: Double, high: Double, scale: ScaleKind)
    case valueOutOfRange(Double)
    case unusableMetadataKey(String)
    case notDrawn(by: String, reason: String)

    package var kind: FailureKind {
        switch self {
        case .figureTooSmall, .figureTooLarge, .notAResolution, .unusableLimits,
            .unusableMetadataKey:
            .usage
        case .nothingToDraw, .nothingPositive, .valueOutOfRange: .badData
        case .notDrawn: .inputOutput
        }
    }

    package var description: String {
        switch self {
        case .figureTooSmall(let size):
            "a figure of \(size.width) x \(size.height) inches leaves no room for the data beside "
                + "the labels; make it larger or its labels shorter"
        case .figureTooLarge(let size, let dpi):
            "a figure of \(size.width) x \(size.height) inches at \(dpi) dpi is too large, "
                + "expected at most 100 inches and 32,767 pixels a side and 200 million pixels"
        case .notAResolution(let dpi):
            "\(dpi) dpi is no resolution to draw at, expected 20 to 2400"
        case .nothingToDraw(let name):
            "'\(name)' has no value that the figure could show"
        case .nothingPositive(let name):
            "no value of '\(name)' is above 0, so a logarithmic axis cannot show any; "
                + "use a linear axis"
        case .unusableLimits(let low, let high, let scale):
            "axis limits \(low) to \(high) span no range"
                + (scale == .log10 ? " above 0, which a logarithmic axis needs" : "")
        case .valueOutOfRange(let value):
            "the value \(value) is too large to draw on a linear axis; use a logarithmic one"
        case .unusableMetadataKey(let key):
            "the metadata key '\(key)' is not 1 to 79 printable ASCII characters"
        case .notDrawn(let library, let reason):
            "the figure cannot be drawn: \(library) reports: \(reason)"
        }
    }
}
