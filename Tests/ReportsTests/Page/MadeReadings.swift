import Foundation
import Results

/// Readings of made-up distributions that look like a model's: few sure blocks, many tokens, and the same
/// numbers each time.
struct MadeReadings {
    var blocks = 8
    var columns = 20
    /// How many tokens the made vocabulary has.
    var vocabulary = 50_000
    var top = 10
    /// How many tokens are followed, the targets of the first columns.
    var followed = 0
    var hasBranches = false
    var isTuned = false
    var name = "made, logit lens"
    var seed: UInt64 = 1
    /// Tokens of the text, over and over; made-up words if none.
    var tokens: [String] = []

    func reading() -> ReadingResult {
        var noise = Noise(seed: seed)
        let ids = (0..<columns).map { ($0 * 7919 + 13) % vocabulary }
        let texts = ids.enumerated().map { column, id in
            tokens.isEmpty ? Self.word(id) : tokens[column % tokens.count]
        }
        let levels = Array((isTuned ? 1 : 0)...blocks)
        let rows = levels.map { row(Double($0) / Double(blocks), ids, texts, &noise) }
        var run = RunRecord()
        run.command = "lens read --file story.txt --model \(name) --out page.html"
        run.model = name
        run.modelSHA256 = String(repeating: "0123456789abcdef", count: 4)
        run.lens = isTuned ? "lenses/made" : "logit"
        return ReadingResult(
            name: name, length: columns, depth: blocks, endsInOutput: !isTuned,
            positions: Array(0..<columns), ids: ids, tokens: texts,
            targets: Array(ids.dropFirst()) + [nil], targetTokens: Array(texts.dropFirst()) + [nil],
            blocks: levels, rows: rows, output: isTuned ? row(1, ids, texts, &noise) : rows[blocks],
            followed: followedTokens(ids, texts, levels, &noise),
            branches: hasBranches ? branches(levels.filter { $0 > 0 }, &noise) : nil, run: run)
    }

    /// Deterministic numbers from 0 to 1 (splitmix64).
    struct Noise {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func next() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
        }
    }

    static func word(_ id: Int) -> String {
        let parts = ["ka", "lo", "mi", "ter", "an", "dor", "esh", "ing", "u", "st"]
        let letters = String(id).compactMap { $0.wholeNumberValue.map { parts[$0] } }.joined()
        return (id % 3 == 0 ? "" : " ") + letters
    }

    private func row(
        _ depth: Double, _ ids: [Int], _ texts: [String], _ noise: inout Noise
    ) -> ReadingRow {
        var tops: [[TokenProbability]] = []
        var values: [ReadingQuantity: [Double?]] = [:]
        for column in 0..<columns {
            let next = column + 1 < columns ? column + 1 : nil
            var best = 0.1 + 0.85 * depth * noise.next()
            var tokens: [TokenProbability] = []
            for place in 0..<top {
                let isTarget = place == 0 && depth > 0.6 && column % 2 == 0
                let other = Int(noise.next() * noise.next() * Double(vocabulary))
                let id = isTarget ? next.map { ids[$0] } ?? other : other
                let text = isTarget ? next.map { texts[$0] } ?? Self.word(other) : Self.word(id)
                tokens.append(TokenProbability(id: id, token: text, probability: best))
                best *= 0.2 + 0.5 * noise.next()
            }
            tops.append(tokens)
            let target = next == nil ? nil : log(0.001 + 0.9 * depth * noise.next())
            let entropy = 8 * (1 - depth) + noise.next()
            let kl = 6 * (1 - depth) * noise.next()
            let numbers: [ReadingQuantity: Double?] = [
                .probability: target.map { exp($0) }, .logProbability: target,
                .rank: target.map { max(1, (exp(-$0) * 3).rounded()) },
                .crossEntropy: target.map { -$0 }, .entropy: entropy, .kl: kl,
                .forwardKL: depth == 0 ? nil : kl / 2, .js: min(log(2), kl / 9),
                .tv: min(1, kl / 6), .logProbabilityDifference: target.map { $0 + 0.5 },
                .maxProbability: tokens[0].probability,
            ]
            for (quantity, value) in numbers { values[quantity, default: []].append(value) }
        }
        return ReadingRow(values: values, top: tops)
    }

    private func followedTokens(
        _ ids: [Int], _ texts: [String], _ levels: [Int], _ noise: inout Noise
    ) -> [FollowedToken] {
        (0..<followed).map { index in
            let place = index + 1
            func row() -> [Double] { (0..<columns).map { _ in log(0.001 + noise.next()) } }
            let rows = levels.map { _ in row() }
            let output = row()
            func ranks(_ row: [Double]) -> [Int] { row.map { Int(exp(-$0)) + 1 } }
            let isInText = place < columns
            let id = isInText ? ids[place] : vocabulary + index
            return FollowedToken(
                id: id, token: isInText ? texts[place] : Self.word(id), logProbability: rows,
                rank: rows.map(ranks), outputLogProbability: output, outputRank: ranks(output))
        }
    }

    /// Every other block is differential.
    private func branches(_ levels: [Int], _ noise: inout Noise) -> [BranchReading] {
        levels.flatMap { block in
            (block % 2 == 1 ? ["mixer_1", "mixer_2", BranchReading.wholeBlock] : ["mixer"]).map {
                func effects(_ sign: Double) -> [[TokenEffect]] {
                    (0..<columns).map { _ in
                        var effect = sign * (2 + noise.next())
                        return (0..<5).map { _ in
                            effect *= 0.8
                            let id = Int(noise.next() * Double(vocabulary))
                            return TokenEffect(id: id, token: Self.word(id), effect: effect)
                        }
                    }
                }
                return BranchReading(
                    block: block, branch: $0, norm: (0..<columns).map { _ in 3 * noise.next() },
                    targetEffect: (0..<columns).map {
                        $0 + 1 < columns ? 2 * noise.next() - 1 : nil
                    },
                    promoted: effects(1), suppressed: effects(-1))
            }
        }
    }
}
