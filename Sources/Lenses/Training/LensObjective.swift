import Kernels

/// The distance of a lens from what it is to say.
package enum LensLoss: String, Codable, Sendable, CaseIterable {
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

/// What a lens is trained towards and measured by.
package struct LensObjective: Codable, Equatable, Sendable {
    package var loss = LensLoss.kl
    /// By how many positions the label is ahead of the state.
    package var tokenShift = 0
    /// Of the translators' products and the vocabulary pass.
    package var precision = Precision.fp32

    enum CodingKeys: String, CodingKey {
        case loss, precision
        case tokenShift = "token_shift"
    }

    package init() {}

    /// - Throws: `LensError.tokenShift` if no position of a window has its label inside.
    func check(window: Int) throws {
        guard tokenShift.magnitude < window.magnitude else {
            throw LensError.tokenShift(shift: tokenShift, window: window)
        }
    }
}
