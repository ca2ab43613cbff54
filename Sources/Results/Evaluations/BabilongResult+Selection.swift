import Base

extension BabilongResult {
    /// More than data sets have; a bound on the resamples that a damaged file makes a reader draw.
    private static let maximumPrompts = 100_000

    /// The result of the prompts of some tasks alone, as an evaluation of these would have written it.
    ///
    /// - Parameter path: where the result comes from, for messages.
    /// - Throws: `ResultError` where the result lists no prompts, or none of one of the tasks.
    package func ofTasks(_ tasks: [String], path: String) throws -> BabilongResult {
        let prompts = prompts ?? []
        guard !prompts.isEmpty else { throw ResultError.noPrompts(path: path) }
        guard prompts.count <= Self.maximumPrompts else {
            throw ResultError.badValue(
                path: path, field: "'prompts'", found: counted(prompts.count, "prompt"),
                expected: "at most \(Self.maximumPrompts)")
        }
        let known = Set(prompts.compactMap(\.task))
        for task in tasks where !known.contains(task) {
            throw ResultError.noTask(path: path, task: task, found: known.sorted(by: precedes))
        }
        for metric in LayerMetric.ofAnswers { try checkLengths(metric, path: path) }
        return BabilongResult(
            prompts: prompts.filter { $0.task.map(tasks.contains) ?? false },
            run: run ?? RunRecord(), seed: run?.seed ?? 0)
    }

    /// Medians and quartiles over prompts of one metric: by rising blocks, then of the output.
    ///
    /// - Parameter path: where the result comes from, for messages.
    /// - Throws: as `means(of:path:)`, and where the result lists no prompts, or one without the metric.
    package func quartiles(
        of metric: LayerMetric, path: String
    ) throws -> [(position: LayerPosition, quartiles: Quartiles)] {
        let positions = try means(of: metric, path: path).map(\.position)
        let prompts = prompts ?? []
        guard !prompts.isEmpty else { throw ResultError.noPrompts(path: path) }
        let readings = try prompts.enumerated().map { index, prompt in
            guard let layers = prompt[metric], let output = prompt.output?[metric] else {
                throw ResultError.metricMissing(
                    path: path, metric: metric, place: "prompt \(index + 1)")
            }
            for value in layers + [output] where !metric.allows(value) {
                throw ResultError.badValue(
                    path: path, field: "'\(metric.key)' of prompt \(index + 1)",
                    found: "\(value)", expected: metric.range)
            }
            return layers + [output]
        }
        return positions.enumerated().map { row, position in
            (position, Quartiles(of: readings.map { $0[row] }))
        }
    }
}

/// Names with numbers by their numbers: `qa2` before `qa10`.
package func precedes(_ one: String, _ other: String) -> Bool {
    (one.count, one) < (other.count, other)
}
