/// What a translator is trained towards.
package enum LensObjective: String, Codable, Sendable, CaseIterable {
    /// KL divergence of the model's own distribution from the lens's.
    case kl
    /// Cross entropy with the token that follows.
    case ce

    /// By how many positions the label is ahead of the state that is to predict it, as upstream.
    package var defaultTokenShift: Int {
        switch self {
        case .kl: 0
        case .ce: 1
        }
    }
}
