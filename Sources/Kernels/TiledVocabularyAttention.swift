import Foundation
import Tensors

// The vocabulary pass in bfloat16 tiles (the formulas stand in VocabularyAttention.swift). With the
// rows N of one thread, the unembedding U and a block v of the vocabulary:
//
//     S = N U_vᵀ                 keys: U with d_model as inner axis
//     P = exp(S − reference)     weights, and their sum; S itself exists for 32 rows at a time
//     O += P U_v                 values: U with the vocabulary as inner axis
//
// The reference of a row is its first maximum. It needs to be near the maximum only so that
// exponentials do not overflow: bfloat16's relative precision is the same everywhere.

/// Rows that one thread takes through the vocabulary together. U is read once for so many rows,
/// and N (1 MB at d_model 1024) stays in the second-level cache.
private let rowBlock = 512
/// Vocabulary entries whose weights exist at a time: the inner axis of a block of values, long
/// enough that reading and writing O between blocks costs little.
private let vocabularyBlock = 1024
/// Vocabulary entries whose logits exist at a time: 128 logits of 32 rows fit the first-level cache.
private let logitBlock = 128

/// The unembedding in both roles it has in the vocabulary pass: `2 · vocab · d_model` bfloat16.
final class VocabularyTiles: Sendable {
    let entries: Int
    let dModel: Int
    /// Right factor of N Uᵀ.
    fileprivate let keys: Tiles
    /// Right factors of P U, one for each block of the vocabulary.
    fileprivate let values: [Tiles]

    init(_ unembedding: Tensor) {
        let matrix = unembedding.matrix
        (entries, dModel) = (matrix.rows, matrix.columns)
        keys = Tiles(.transposed(matrix), .right)
        values = stride(from: 0, to: matrix.rows, by: vocabularyBlock).map { start in
            Tiles(.plain(matrix.rows(start..<min(start + vocabularyBlock, matrix.rows))), .right)
        }
        withExtendedLifetime(unembedding) {}
    }
}

/// A(n) of every row, and o(n) where asked for; rows and unembedding rounded to bfloat16, sums in
/// float32, those over the vocabulary in float64. The bits do not depend on the number of threads.
///
/// - Parameters:
///   - rows: `[rows, d_model]`.
///   - expected: `[rows, d_model]`, receives o(n).
/// - Returns: A(n) in nats, one for each row.
func tiledVocabularyAttention(
    _ rows: Matrix, _ vocabulary: VocabularyTiles, expected: Matrix?
) -> [Double] {
    let queries = Tiles(.plain(rows), .left)
    let pairs = queries.panels / 2
    // Equal blocks, at least one for each thread.
    let blocks = max((pairs * 32 + rowBlock - 1) / rowBlock, min(Threads.count, pairs))
    return [Double](unsafeUninitializedCapacity: rows.rows) { result, initialized in
        initialized = rows.rows
        guard let logPartition = result.baseAddress else { return }
        parallel(blocks) { index in
            let chosen = pairs * index / blocks..<pairs * (index + 1) / blocks
            let pass = TiledPass(queries, chosen, vocabulary, hasValues: expected != nil)
            pass.run()
            let first = chosen.lowerBound * 32
            let block = first..<min(chosen.upperBound * 32, rows.rows)
            pass.finish(
                logPartition: logPartition + first, expected: expected?.rows(block),
                rows: block.count)
        }
    }
}

/// One block of rows on its way through the vocabulary.
private struct TiledPass {
    private let queries: UnsafeMutablePointer<UInt16>
    private let queryTiles: Tiles
    private let vocabulary: VocabularyTiles
    /// Pairs of panels of 16 rows.
    private let pairs: Int
    private let memory: [Scratch]
    /// `[32, logitBlock]`, with rows a cache line longer so that they fall into different sets.
    private let logits: UnsafeMutablePointer<Float>
    /// P: `2 · pairs` panels of left tiles, nil if o is not wanted.
    private let weights: UnsafeMutablePointer<UInt16>?
    /// O: `2 · pairs` times `values` panels of product tiles.
    private let sums: UnsafeMutablePointer<Float>
    /// For each row, as `loops.softmax_tiles` has them.
    private let reference: UnsafeMutablePointer<Float>
    private let rescale: UnsafeMutablePointer<Float>
    private let total: UnsafeMutablePointer<Double>

    private static let logitStride = logitBlock + 16
    private static let weightStride = vocabularyBlock / Tiles.inner * Tiles.count
    private static let productTile = Tiles.side * Tiles.side

    private var valuePanels: Int { vocabulary.values[0].panels }

    init(
        _ queries: Tiles, _ chosen: Range<Int>, _ vocabulary: VocabularyTiles, hasValues: Bool
    ) {
        let rows = chosen.count * 32
        let panels = vocabulary.values[0].panels
        queryTiles = queries
        self.queries = queries.panel(2 * chosen.lowerBound)
        self.vocabulary = vocabulary
        pairs = chosen.count
        memory = [
            Scratch(bytes: 32 * Self.logitStride * 4),
            Scratch(bytes: hasValues ? 2 * pairs * Self.weightStride * 2 : 0),
            Scratch(bytes: hasValues ? 2 * pairs * panels * Self.productTile * 4 : 0),
            Scratch(bytes: rows * 16),
        ]
        logits = memory[0].pointer(to: Float.self)
        weights = hasValues ? memory[1].pointer(to: UInt16.self) : nil
        sums = memory[2].pointer(to: Float.self)
        total = memory[3].pointer(to: Double.self)
        reference = memory[3].pointer(to: Float.self) + 2 * rows
        rescale = reference + rows
        total.update(repeating: 0, count: rows)
        reference.update(repeating: -.greatestFiniteMagnitude, count: rows)
        rescale.update(repeating: 1, count: rows)
    }

    func run() {
        for (index, values) in vocabulary.values.enumerated() {
            let start = index * vocabularyBlock
            let end = min(start + vocabularyBlock, vocabulary.entries)
            for first in stride(from: start, to: end, by: logitBlock) {
                weigh(first..<min(first + logitBlock, end), done: (first - start) / Tiles.inner)
            }
            guard let weights else { continue }
            shrinkSums(isEmpty: index == 0)
            // O += P U_v, two panels of 16 columns at a time.
            for panel in stride(from: 0, to: values.panels, by: 2) {
                let hasNext = panel + 2 < values.panels
                loops.tile_product(
                    weights, Self.weightStride, 2 * pairs, values.panel(panel), values.stride, 2,
                    values.depth, sums + panel * Self.productTile, Tiles.side,
                    values.panels * Self.productTile, Self.productTile, index > 0 ? 1 : 0,
                    hasNext ? values.panel(panel + 2) : nil, hasNext ? 4 * values.stride : 0)
            }
        }
        withExtendedLifetime((memory, queryTiles)) {}
    }

    /// Logits of all rows for some entries, and their weights behind the `done` tiles of this block.
    private func weigh(_ entries: Range<Int>, done: Int) {
        let keys = vocabulary.keys
        let panel = entries.lowerBound / Tiles.side
        let panels = (entries.count + 31) / 32 * 2
        // The keys that come next, in equal parts for each pair of panels.
        let next = keys.panel(panel + panels)
        let part = panel + 2 * panels <= keys.panels ? panels * keys.stride / pairs : 0
        for pair in 0..<pairs {
            loops.tile_product(
                queries + 2 * pair * queryTiles.stride, queryTiles.stride, 2, keys.panel(panel),
                keys.stride, panels, keys.depth, logits, Self.logitStride,
                Tiles.side * Self.logitStride, Tiles.side, 0, next + pair * part, part * 2)
            loops.softmax_tiles(
                logits, Self.logitStride, 32, entries.count, reference + 32 * pair,
                total + 32 * pair, rescale + 32 * pair,
                weights.map { $0 + 2 * pair * Self.weightStride }, Self.weightStride, done)
        }
    }

    /// Applies to O what has become of the references since the last block of the vocabulary.
    private func shrinkSums(isEmpty: Bool) {
        for row in 0..<32 * pairs where rescale[row] != 1 {
            defer { rescale[row] = 1 }
            guard !isEmpty else { continue }
            let panel = sums + row / Tiles.side * valuePanels * Self.productTile
            for tile in 0..<valuePanels {
                let line = panel + tile * Self.productTile + row % Tiles.side * Tiles.side
                for column in 0..<Tiles.side { line[column] *= rescale[row] }
            }
        }
    }

    /// `A = reference + log Σ P` and `o = O / Σ P`.
    func finish(logPartition: UnsafeMutablePointer<Double>, expected: Matrix?, rows: Int) {
        for i in 0..<rows { logPartition[i] = Double(reference[i]) + log(total[i]) }
        guard let expected else { return }
        for i in 0..<rows { rescale[i] = Float(1 / total[i]) }
        loops.unpack_tiles(
            sums, valuePanels * Self.productTile, Self.productTile, rescale, rows,
            vocabulary.dModel, expected.pointer, expected.stride, 0)
        withExtendedLifetime(memory) {}
    }
}
