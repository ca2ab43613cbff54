import Base
import Reports

/// Which arguments mend what a library found wrong; nil where its own sentence says enough.
func advice(for error: any UserFacingError) -> String? {
    switch error {
    case DemoError.noModels: "name their folder with --models"
    case DemoError.foreignFolder: "name another folder with --out"
    case ComparisonError.differentLayerCounts: "use --axis blocks"
    default: nil
    }
}
