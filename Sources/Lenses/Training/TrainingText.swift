import Corpora
import Models
import Randomness
import Tensors

/// Windows to train on, in the order in which training takes them: the model reads them here.
///
/// A step takes the positions of whole windows, one window after the other; or, if `options` mix
/// them, positions of many windows at random. Neighbours are alike, so a step learns more from
/// positions far apart. Then the streams of as many windows as fit into `poolBytes` are held at a
/// time: a round.
package final class TrainingText {
    /// Of the streams that are held to be mixed.
    package static let poolBytes = 1 << 30

    package let windows: TokenWindows
    private let model: LanguageModel
    private let options: Options
    private let objective: LensObjective
    private let order: [Int]
    let positionsPerWindow: Int
    private let positionsPerStep, windowsPerRound: Int
    /// The round whose streams are held, batch after batch, and once all are, the order in which
    /// positions are taken.
    private var round = 0
    private var parts: [CapturedPositions] = []
    private var places: [Int] = []

    /// - Parameter count: how many of the windows to take; all if nil.
    /// - Throws: `LensError.tokenShift`.
    package init(
        _ windows: TokenWindows, taking count: Int? = nil, model: LanguageModel,
        options: Options, objective: LensObjective, poolBytes: Int = poolBytes
    ) throws {
        try objective.check(window: options.window)
        self.windows = windows
        self.model = model
        self.options = options
        self.objective = objective
        positionsPerWindow = options.takenPerWindow(for: objective)
        let count = min(count ?? .max, windows.count)
        order =
            options.shuffle
            ? shuffledOrder(count: count, seed: options.seed) : Array(0..<count)
        positionsPerStep = options.positionsPerStep(for: objective)
        windowsPerRound = Self.windowsPerRound(
            positionsPerWindow: positionsPerWindow, model.configuration, poolBytes: poolBytes)
    }

    /// How many windows training takes.
    var count: Int { order.count }

    /// How many windows' streams are held together.
    static func windowsPerRound(
        positionsPerWindow: Int, _ configuration: ModelConfiguration, poolBytes: Int = poolBytes
    ) -> Int {
        let bytes = (configuration.nLayers + 1) * configuration.dModel * MemoryLayout<Float>.size
        return max(1, poolBytes / (positionsPerWindow * bytes))
    }

    /// The next positions of a step, about 1,024 at most.
    ///
    /// - Parameters:
    ///   - step: from 0.
    ///   - done: how many positions of it were taken before.
    /// - Returns: nil if the model first has to read on, of which a part was done.
    func next(step: Int, after done: Int) throws -> CapturedPositions? {
        let missing = positionsPerStep - done
        guard options.mixesPositions else {
            let first = step * options.windowsPerStep + done / positionsPerWindow
            let count = min(windowsAtATime(of: windows.window), missing / positionsPerWindow)
            return try read(first..<first + count)
        }
        let (wanted, offset) = (step * positionsPerStep + done)
            .quotientAndRemainder(dividingBy: windowsPerRound * positionsPerWindow)
        if wanted != round {
            (round, parts, places) = (wanted, [], [])
        }
        guard try readIntoRound() == nil else { return nil }
        let end = min(offset + min(missing, 1024), places.count)
        return CapturedPositions(places[offset..<end], of: parts)
    }

    /// Reads the next few windows of the round.
    ///
    /// - Parameter everything: sees the streams of all rows, `[n_layers, pos, d_model]`.
    /// - Returns: nil if there are none.
    func readIntoRound(
        showing everything: ((Tensor) -> Void)? = nil
    ) throws -> CapturedPositions? {
        guard options.mixesPositions, places.isEmpty else { return nil }
        let all = round * windowsPerRound..<min((round + 1) * windowsPerRound, order.count)
        let atATime = windowsAtATime(of: windows.window)
        let first = all.lowerBound + parts.count * atATime
        guard first < all.upperBound else {
            places = shuffledOrder(
                count: all.count * positionsPerWindow,
                seed: options.seed &+ UInt64(round) &+ 1)
            return nil
        }
        let part = try read(
            first..<min(first + atATime, all.upperBound), showing: everything)
        parts.append(part)
        return part
    }

    /// Reads windows of which nothing is kept.
    ///
    /// - Parameters:
    ///   - places: in the order of training.
    ///   - everything: sees the streams of all rows, `[n_layers, pos, d_model]`.
    func read(
        _ places: Range<Int>, showing everything: ((Tensor) -> Void)? = nil
    ) throws -> CapturedPositions {
        let batch = TokenBatch(order[places].map { windows[$0] })
        let positions = LabelledPositions(
            batch, tokenShift: objective.tokenShift, perWindow: options.positionsPerWindow
        ) { window in
            // The golden ratio's multiples spread evenly, however many there are.
            (Double(places.lowerBound + window) * 0.618033988749895)
                .truncatingRemainder(dividingBy: 1)
        }
        guard let everything else { return try CapturedPositions(positions, readBy: model) }
        let streams = try model.capturedStreams(batch)
        everything(streams)
        return CapturedPositions(positions, of: streams)
    }
}
