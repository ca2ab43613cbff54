import Base
import Foundation

/// The losses of one training over its steps, as its `train.jsonl` has them.
package struct TrainingCurve: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        /// Complete steps.
        package let step: Int
        /// In nats: of each block of a lens, from the one after the first block; of a model one.
        package let losses: [Double]

        /// Over the blocks.
        package var mean: Double { losses.reduce(0, +) / Double(losses.count) }
    }

    package let path: String
    /// Of the file.
    package let sha256: String
    /// Whether every loss is of a block; else of a model.
    package let isOfLens: Bool
    /// Losses of the steps, by rising step.
    package let steps: [Point]
    /// Measured on what is not learnt from, by rising step; of a model the mean over its sets.
    package let heldOut: [Point]

    private static let maximumBytes = 1 << 30

    /// Reads a log; a last line that is only half written is left out.
    ///
    /// - Parameter path: of the file, or of the folder that it lies in.
    /// - Throws: `FileError`, with the line that is not of a log; `ResultError`.
    package init(_ path: String) throws {
        let path = isFolder(path) ? join(path, "train.jsonl") : path
        let file = try MappedFile(path)
        guard file.bytes.count <= Self.maximumBytes else {
            throw ResultError.tooLarge(
                path: path, bytes: file.bytes.count, limit: Self.maximumBytes)
        }
        let data = Data(file.bytes)
        let hash = SHA256()
        data.withUnsafeBytes { hash.update($0) }
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What follows the last line feed.
        lines.removeLast()
        var (steps, heldOut): ([Point], [Point]) = ([], [])
        var isOfLens: Bool?
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let place = "\(path):\(index + 1)"
            let line = try decodeJSON(LogLine.self, from: Data(line), path: place)
            for (losses, isHeldOut) in [(line.loss, false), (line.heldOut, true)] {
                guard let losses else { continue }
                let last = isHeldOut ? heldOut.last : steps.last
                let count = steps.first?.losses.count ?? heldOut.first?.losses.count
                guard isOfLens == nil || isOfLens == losses.isOfLens,
                    count == nil || count == losses.values.count
                else {
                    throw ResultError.badValue(
                        path: place, field: isHeldOut ? "'held_out'" : "'loss'",
                        found: losses.isOfLens
                            ? counted(losses.values.count, "number") : "of a model",
                        expected: isOfLens == true
                            ? counted(count ?? 0, "number") : "what the lines before have")
                }
                guard line.step > last?.step ?? -1 else {
                    throw ResultError.badValue(
                        path: place, field: "'step'", found: "\(line.step)",
                        expected: "more than \(last?.step ?? 0) of a line before")
                }
                isOfLens = losses.isOfLens
                let point = Point(step: line.step, losses: losses.values)
                if isHeldOut { heldOut.append(point) } else { steps.append(point) }
            }
        }
        guard let isOfLens else { throw ResultError.noSteps(path: path) }
        self.path = path
        sha256 = hash.finalize()
        self.isOfLens = isOfLens
        self.steps = steps
        self.heldOut = heldOut
    }
}

/// A line of a log: a step, a measurement, or both.
private struct LogLine: Decodable {
    struct Losses {
        let values: [Double]
        let isOfLens: Bool
    }

    let step: Int
    let loss: Losses?
    let heldOut: Losses?

    enum CodingKeys: String, CodingKey {
        case step, loss
        case heldOut = "held_out"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        step = try container.decode(Int.self, forKey: .step)
        guard step >= 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .step, in: container, debugDescription: "\(step) is no number of steps")
        }
        func blocks(_ key: CodingKeys) throws -> Losses? {
            guard let values = try? container.decode([Double].self, forKey: key) else { return nil }
            guard (1...4096).contains(values.count) else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container,
                    debugDescription: "has \(counted(values.count, "block"))")
            }
            return Losses(values: values, isOfLens: true)
        }
        if container.contains(.loss) {
            loss =
                try blocks(.loss)
                ?? Losses(
                    values: [container.decode(Double.self, forKey: .loss)], isOfLens: false)
        } else {
            loss = nil
        }
        if container.contains(.heldOut) {
            heldOut = try blocks(.heldOut) ?? Self.mean(container)
        } else {
            heldOut = nil
        }
    }

    private static func mean(
        _ container: KeyedDecodingContainer<CodingKeys>
    ) throws -> Losses? {
        let scores = try container.decode([EvaluationScore].self, forKey: .heldOut)
        guard !scores.isEmpty else { return nil }
        let sum = scores.reduce(0) { $0 + $1.crossEntropy }
        return Losses(values: [sum / Double(scores.count)], isOfLens: false)
    }
}
