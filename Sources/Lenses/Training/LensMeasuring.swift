/// When and where a lens is measured on what is held out, and what of it is handed out.
package struct LensMeasuring: Codable, Equatable, Sendable {
    /// Which translators training hands out.
    package enum Keep: String, Codable, Sendable, CaseIterable {
        /// Those of the last step, as upstream.
        case last
        /// In every layer those with the smallest loss on what is held out, at the steps at which it
        /// was measured; zero if none does better than the logit lens.
        case best
    }

    /// Steps between measurements; with 0 only where training starts and ends.
    package var every = 0
    /// Positions of the held-out windows to measure at, all windows together.
    package var positions = 2048
    package var keep = Keep.last
    /// With `keep` `best`: after so many measurements without a smaller loss a layer is not trained any
    /// more; nil trains all to the end.
    package var patience: Int?

    enum CodingKeys: String, CodingKey {
        case keep, patience
        case every = "eval_every"
        case positions = "held_out_positions"
    }

    package init() {}
}
