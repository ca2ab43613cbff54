import Base
import Reports

/// Which arguments mend what a library found wrong; nil where its own sentence says enough.
func advice(for error: any UserFacingError) -> String? {
    switch error {
    case ComparisonError.differentLayerCounts: "use --axis blocks"
    default: nil
    }
}
