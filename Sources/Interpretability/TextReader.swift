import Foundation
import Kernels
import Lenses
import Models
import Results
import Tensors
import Tokenization

/// Which part of a reading is wanted.
package struct ReadingRequest: Sendable {
    /// Places in the text, ascending; all if nil.
    package var positions: [Int]?
    /// Blocks completed, ascending; all that the lens reads if nil: from 0 through the logit lens, from 1
    /// through a tuned one.
    package var blocks: [Int]?
    /// The token of which probabilities and ranks are given; the one that follows if nil.
    package var target: TokenID?
    /// Tokens of which every cell tells.
    package var followed: [TokenID] = []
    /// Up to how many cells may tell of further tokens: those that follow, and those that the model itself
    /// finds most probable.
    package var followedCells = 0
    /// How many of the most probable tokens to name.
    package var top = 10
    /// Whether to tell what each block writes, and each of its mixers.
    package var hasBranches = false

    package init() {}
}

/// Reads what every block of a model predicts at every position of a text.
///
/// The model runs once, long texts in pieces; streams are kept at the chosen positions only, and of the
/// vocabulary no more than a few rows of logits exist at a time.
package struct TextReader {
    let model: LanguageModel
    private let lens: NamedLens
    private let tokenizer: Tokenizer
    let readout: LensReadout

    package init(_ model: LanguageModel, through lens: NamedLens, tokenizer: Tokenizer) {
        self.model = model
        self.lens = lens
        self.tokenizer = tokenizer
        readout = LensReadout(lens.lens, of: model)
    }

    /// Blocks completed that the lens can be asked for.
    package var readableBlocks: ClosedRange<Int> {
        (lens.isTuned ? 1 : 0)...model.configuration.nLayers
    }

    /// - Parameters:
    ///   - ids: of the text, at least one.
    ///   - name: what a comparison calls the reading.
    ///   - progress: called with the share of the work that is done.
    /// - Returns: the reading, with an empty record of the run.
    /// - Throws: `ModelError`, `LensError.notFinite`.
    package func read(
        _ ids: [TokenID], _ request: ReadingRequest = ReadingRequest(), name: String,
        progress: @escaping (Double) -> Void = { _ in }
    ) throws -> ReadingResult {
        let positions = request.positions ?? Array(ids.indices)
        let blocks = request.blocks ?? Array(readableBlocks)
        let targets = positions.map { position in
            request.target.map(Int.init)
                ?? (position + 1 < ids.count ? Int(ids[position + 1]) : nil)
        }
        let work = Work(
            forward: model.configuration.forwardOperations(tokens: ids.count),
            readout: vocabularyOperations(positions.count * (blocks.count + 1)),
            branches: request.hasBranches
                ? vocabularyOperations(positions.count * branchCount(of: blocks)) : 0)
        let streams = try streams(of: ids, at: positions, request, blocks) {
            progress(work.share(forward: $0))
        }
        let final = streams[.residPost(block: model.configuration.nLayers - 1)]
        let followed = followedTokens(request, targets: targets, rows: blocks.count + 1, final)
        let read = readout.trajectories(
            blocks.map { streams[point(after: $0)] }, blocks: blocks,
            final: final, targets: targets, following: followed,
            top: max(1, request.top)
        ) { progress(work.share(readout: Double($0) / Double(positions.count))) }
        try check(read, blocks)
        return ReadingResult(
            name: name, length: ids.count, depth: model.configuration.nLayers,
            endsInOutput: !lens.isTuned && blocks.last == model.configuration.nLayers,
            positions: positions,
            ids: positions.map { Int(ids[$0]) },
            tokens: positions.map { text(Int(ids[$0])) }, targets: targets,
            targetTokens: targets.map { $0.map(text) }, blocks: blocks,
            rows: blocks.indices.map { row($0, of: read) }, output: row(blocks.count, of: read),
            followed: followed.indices.map { self.followed($0, followed[$0], of: read) },
            branches: request.hasBranches
                ? branches(streams, blocks, targets: targets, top: request.top) {
                    progress(work.share(branches: $0))
                } : nil,
            run: RunRecord())
    }

    /// Operations of the parts of a reading.
    private struct Work {
        let forward, readout, branches: Double

        /// Of all of them, as far as each is done.
        func share(
            forward: Double = 1, readout: Double = 0, branches: Double = 0
        ) -> Double {
            let readout = branches > 0 ? 1 : readout
            return (forward * self.forward + readout * self.readout + branches * self.branches)
                / (self.forward + self.readout + self.branches)
        }
    }

    private func vocabularyOperations(_ rows: Int) -> Double {
        2 * Double(rows) * Double(model.configuration.vocabSize * model.configuration.dModel)
    }

    /// How many parts are told of all of these blocks.
    private func branchCount(of blocks: [Int]) -> Int {
        blocks.filter { $0 > 0 }.reduce(0) {
            $0 + (model.blocks[$1 - 1].differential == nil ? 1 : 3)
        }
    }

    /// Where the stream stands after so many blocks.
    private func point(after blocks: Int) -> HookPoint {
        blocks == 0 ? .residPre(block: 0) : .residPost(block: blocks - 1)
    }

    private func streams(
        of ids: [TokenID], at positions: [Int], _ request: ReadingRequest, _ blocks: [Int],
        progress: @escaping (Double) -> Void
    ) throws -> ActivationCache {
        let written =
            request.hasBranches
            ? blocks.filter { $0 > 0 }.flatMap { model.blocks[$0 - 1].branchPoints } : []
        let last = model.configuration.nLayers
        let points = (blocks.contains(last) ? blocks : blocks + [last]).map(point) + written
        let cache = ActivationCache(
            points, lengths: [ids.count], rows: positions, model.configuration)
        var hooks = Hooks()
        cache.add(to: &hooks)
        hooks.tell(progress, blocks: last, of: ids.count)
        try model.run(texts: [ids], hooks: hooks)
        return cache
    }

    /// Those asked for, and others as far as the room reaches: what follows in the text, then what the model
    /// itself finds most probable.
    private func followedTokens(
        _ request: ReadingRequest, targets: [Int?], rows: Int, _ final: Tensor
    ) -> [Int] {
        var tokens: [Int] = []
        for token in request.followed.map(Int.init) where !tokens.contains(token) {
            tokens.append(token)
        }
        let room = request.followedCells / max(1, rows * targets.count)
        guard room > 0 else { return tokens }
        let normed = Tensor(final.shape)
        model.unembedding.normalize(final, into: normed)
        let top = readout.vocabulary.read(normed, top: 3).top
        let likely = (0..<3).flatMap { place in
            top.compactMap { place < $0.count ? $0[place].token : nil }
        }
        var known = Set(tokens)
        let others = (targets.compactMap(\.self) + likely).filter { known.insert($0).inserted }
        return tokens + others.prefix(max(0, room - tokens.count))
    }

    private func check(_ read: [[DistributionReading]], _ blocks: [Int]) throws {
        for rows in read {
            guard let row = rows.firstIndex(where: { !$0.entropy.isFinite || !$0.kl.isFinite })
            else { continue }
            guard row < blocks.count, blocks[row] > 0, rows[blocks.count].entropy.isFinite else {
                throw model.outputNotFinite
            }
            throw lens.lens.notFinite(layer: blocks[row] - 1, of: model)
        }
    }

    /// What a token stands for; models have rows without one, where their vocabulary is padded.
    func text(_ token: Int) -> String {
        let id = TokenID(token)
        return tokenizer.token(of: id) == nil ? "<\(token)>" : tokenizer.decode([id])
    }

    private func row(_ row: Int, of read: [[DistributionReading]]) -> ReadingRow {
        let cells = read.map { $0[row] }
        var values: [ReadingQuantity: [Double?]] = [
            .probability: cells.map { $0.target.map { exp($0.logProbability) } },
            .logProbability: cells.map { $0.target?.logProbability },
            .rank: cells.map { $0.target.map { Double($0.rank) } },
            .crossEntropy: cells.map { $0.target.map { -$0.logProbability } },
            .entropy: cells.map(\.entropy), .kl: cells.map(\.kl), .forwardKL: cells.map(\.change),
            .js: cells.map(\.jensenShannon), .tv: cells.map(\.totalVariation),
            .maxProbability: cells.map { $0.top.first.map { exp($0.logProbability) } },
        ]
        values[.logProbabilityDifference] = read.map { rows in
            guard let own = rows[row].target, let model = rows[rows.count - 1].target else {
                return nil
            }
            return own.logProbability - model.logProbability
        }
        return ReadingRow(
            values: values,
            top: cells.map { cell in
                cell.top.map {
                    Results.TokenProbability(
                        id: $0.token, token: text($0.token), probability: exp($0.logProbability))
                }
            })
    }

    private func followed(
        _ index: Int, _ token: Int, of read: [[DistributionReading]]
    ) -> FollowedToken {
        func everywhere<Value>(_ value: (TokenPrediction) -> Value) -> [[Value]] {
            (read.first ?? []).indices.map { row in
                read.map { value($0[row].followed[index]) }
            }
        }
        let (logProbability, rank) = (everywhere(\.logProbability), everywhere(\.rank))
        return FollowedToken(
            id: token, token: text(token), logProbability: logProbability.dropLast(),
            rank: rank.dropLast(), outputLogProbability: logProbability.last ?? [],
            outputRank: rank.last ?? [])
    }
}
