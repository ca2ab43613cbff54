import Randomness

/// Which part of all possible stories a set is drawn from.
///
/// A story belongs to one split by the hash of its sentences, so no two splits share a story,
/// whatever the seeds: 8 of 10 stories are for training, one each for validation and testing.
package enum BabiSplit: String, CaseIterable, Sendable {
    case train, valid, test

    package init(of story: BabiStory) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in story.sentences.joined(separator: "\n").utf8 {
            // FNV-1a: the standard library's hashes differ from run to run.
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        // Its low bits are weak; a mix makes the remainder fair.
        var mixed = SplitMix64(seed: hash)
        switch mixed.below(10) {
        case 0: self = .test
        case 1: self = .valid
        default: self = .train
        }
    }
}

/// Stories of one task, one after the other, fixed by task, split and seed.
package struct BabiGenerator: Sequence, IteratorProtocol {
    private let task: BabiTask
    private let split: BabiSplit
    private var random: SplitMix64

    package init(_ task: BabiTask, split: BabiSplit, seed: UInt64) {
        self.task = task
        self.split = split
        // Each task has a stream of its own, so a set does not depend on which others are made.
        var seeds = SplitMix64(seed: seed)
        for _ in 1..<task.number { _ = seeds.next() }
        random = SplitMix64(seed: seeds.next())
    }

    /// The next story of the split; there is always one.
    package mutating func next() -> BabiStory? {
        while true {
            let story = task.story(&random)
            if BabiSplit(of: story) == split { return story }
        }
    }
}
