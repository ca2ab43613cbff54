import Foundation
import Tensors

/// What training steps compute with between the parameters and their gradients. One for all steps:
/// taking fresh pages from the system costs more than what is written to them.
///
/// The values inside a block are kept from the forward to the backward pass as long as there is
/// room; in the blocks for which there is none they are computed twice, which changes no bit.
package final class TrainingMemory {
    let shared = Buffers()
    let gradients = Buffers()
    private let limit: Int
    private var keptBlocks: Set<Int> = []
    private var insides: [Place: Buffers] = [:]

    private struct Place: Hashable {
        /// nil for the blocks that are not kept.
        let block: Int?
        let mixer: Int
    }

    /// - Parameter limit: bytes of kept values beyond which no further block is kept.
    package init(limit: Int = Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)) {
        self.limit = limit
    }

    /// Buffers for the values inside mixer 1 (or the only one) or 2 of a block.
    func inside(block: Int, mixer: Int?) -> Buffers {
        if mixer != 2, !keeps(block: block),
            insides.values.reduce(0, { $0 + $1.byteCount }) < limit
        {
            keptBlocks.insert(block)
        }
        let place = Place(block: keeps(block: block) ? block : nil, mixer: mixer ?? 1)
        if let buffers = insides[place] { return buffers }
        let buffers = Buffers()
        insides[place] = buffers
        return buffers
    }

    /// Whether the values inside a block are still those of its forward pass when the backward pass
    /// comes to it.
    func keeps(block: Int) -> Bool { keptBlocks.contains(block) }
}
