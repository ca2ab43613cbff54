import Base
import Kernels
import Tensors

extension LanguageModel {
    /// Values at hook points while the model reads equally long texts, in the order of the forward pass:
    /// `[batch, pos, …]` where they have positions.
    ///
    /// Memory does not grow with the texts: they are read in pieces (`run(texts:)`), and what is captured
    /// goes to a mapped temporary file beyond `memoryLimit`.
    ///
    /// - Parameters:
    ///   - points: each counts once.
    ///   - blockCount: how many blocks to run; all if nil.
    ///   - memoryLimit: in bytes.
    /// - Throws: as `run(_:)`; `ModelError.captureNotFinite`, `.hooksNotReached`; `FileError` where there
    ///   is no room for a temporary file.
    package func capture(
        _ points: some Sequence<HookPoint>, texts: [[Int32]], stoppingAfter blockCount: Int? = nil,
        memoryLimit: Int = 256 << 20, pieceLength: Int = pieceLength
    ) throws -> [(point: HookPoint, tensor: Tensor)] {
        let lengths = texts.map(\.count)
        precondition(Set(lengths).count <= 1, "texts of \(Set(lengths).sorted()) tokens")
        let wanted = Set(points)
        let ordered = configuration.hookPoints.filter(wanted.contains)
        let count = blockCount ?? blocks.count
        let reached = ordered.filter { isReached($0, stoppingAfter: count) }
        let cache = try ActivationCache(
            reached, lengths: lengths, configuration, memoryLimit: memoryLimit)
        var hooks = Hooks()
        cache.add(to: &hooks)
        var broken: [HookPoint: Float] = [:]
        for point in reached {
            hooks.add(point) { value in
                if broken[point] == nil { broken[point] = firstNonFinite(value) }
            }
        }
        try run(
            texts: texts, together: pieceLength, hooks: hooks, stoppingAfter: blockCount,
            pieceLength: pieceLength)
        // Once the run is over: a stream that is not finite tells more.
        for point in reached {
            guard let found = broken[point] else { continue }
            throw ModelError.captureNotFinite(
                path: folder, point: point, found: spelledNumber(found))
        }
        guard reached.count == ordered.count else {
            let missed = ordered.filter { !reached.contains($0) }
            throw ModelError.hooksNotReached(points: missed.map(\.description), blocks: count)
        }
        return reached.map { point in
            let value = cache[point]
            let shape = value.shape
            return (
                point,
                point.axis == .positions
                    ? value.reshaped([texts.count, lengths.first ?? 0] + shape.dropFirst()) : value
            )
        }
    }

    private func isReached(_ point: HookPoint, stoppingAfter count: Int) -> Bool {
        switch point {
        case .embed: true
        case .finalNorm, .logits: count == blocks.count
        default: point.block.map { $0 < count } ?? false
        }
    }
}
