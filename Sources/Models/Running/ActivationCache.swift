import Kernels
import Tensors

/// Values at chosen hook points, and at chosen rows of those that have positions, from one pass or from
/// several that read texts in groups or pieces.
///
/// Room is made beforehand, in one run of memory; hooks copy into it, so that nothing else is kept.
package struct ActivationCache {
    package let points: [HookPoint]
    private let values: [HookPoint: Tensor]
    /// The rows to keep, ascending; nil for all.
    private let rows: [Int]?
    /// Of each sequence the row of its first position, where all stand one below the other.
    private let firstRows: [Int]
    /// Of all values that have positions, one below the other; nil where their shapes differ.
    private let stack: Tensor?

    /// - Parameters:
    ///   - lengths: of all sequences that will be read.
    ///   - rows: which to keep, ascending, of all positions of all sequences one below the other; all if
    ///     nil.
    ///   - memory: where to keep them; as many elements as are needed, or more.
    package init(
        _ points: [HookPoint], lengths: [Int], rows: [Int]? = nil,
        _ configuration: ModelConfiguration, into memory: Tensor? = nil
    ) {
        self.init(
            points, lengths: lengths, rows: rows, configuration,
            memory: memory.map { $0.reshaped([$0.count]) }
                ?? Tensor([
                    Self.elementCount(points, lengths: lengths, rows: rows, configuration)
                ]))
    }

    /// One that leaves memory for a mapped temporary file beyond some size.
    ///
    /// - Parameter memoryLimit: in bytes.
    /// - Throws: `FileError` where that file can not be made or the disk has no room.
    package init(
        _ points: [HookPoint], lengths: [Int], rows: [Int]? = nil,
        _ configuration: ModelConfiguration, memoryLimit: Int
    ) throws {
        let count = Self.elementCount(points, lengths: lengths, rows: rows, configuration)
        self.init(
            points, lengths: lengths, rows: rows, configuration,
            memory: 4 * count > memoryLimit ? try Tensor(inTemporaryFile: [count]) : Tensor([count])
        )
    }

    private init(
        _ points: [HookPoint], lengths: [Int], rows: [Int]?, _ configuration: ModelConfiguration,
        memory: Tensor
    ) {
        self.points = points
        self.rows = rows
        firstRows = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        var values: [HookPoint: Tensor] = [:]
        var next = 0
        for point in points {
            let shape = Self.shape(point, lengths: lengths, rows: rows, configuration)
            let count = shape.reduce(1, *)
            values[point] = memory[next..<next + count].reshaped(shape)
            next += count
        }
        self.values = values
        let shapes = Set(values.values.map(\.shape))
        stack =
            shapes.count == 1
            ? memory[0..<next].reshaped([points.count] + (shapes.first ?? [])) : nil
    }

    private static func shape(
        _ point: HookPoint, lengths: [Int], rows: [Int]?, _ configuration: ModelConfiguration
    ) -> [Int] {
        let shape = point.shape(configuration)
        return switch point.axis {
        case .positions: [rows?.count ?? lengths.reduce(0, +)] + shape
        case .sequences: [lengths.count] + shape
        case .parameters: shape
        }
    }

    private static func elementCount(
        _ points: [HookPoint], lengths: [Int], rows: [Int]?, _ configuration: ModelConfiguration
    ) -> Int {
        points.reduce(0) {
            $0 + shape($1, lengths: lengths, rows: rows, configuration).reduce(1, *)
        }
    }

    /// The value at a point: `[kept rows, …]`, or `[sequences, …]`, or as it is where its first axis
    /// counts neither.
    package subscript(point: HookPoint) -> Tensor {
        guard let value = values[point] else { preconditionFailure("\(point) is not kept") }
        return value
    }

    /// All values, `[points, kept rows, …]`, which must be of one shape.
    package var stacked: Tensor {
        guard let stack else { preconditionFailure("values of several shapes have no stack") }
        return stack
    }

    /// Adds the hooks that fill it.
    package func add(to hooks: inout Hooks) {
        for point in points {
            let kept = self[point]
            hooks.add(point) { value, context in
                switch point.axis {
                case .positions:
                    for (first, rows) in stretches(context.spans) {
                        take(first, rows, of: value, into: kept)
                    }
                case .sequences:
                    for (index, span) in context.spans.enumerated() {
                        kept[span.sequence].assign(value[index])
                    }
                case .parameters: kept.assign(value)
                }
            }
        }
    }

    /// Spans that follow each other taken together: where they begin in all positions, and their rows.
    private func stretches(_ spans: [TextSpan]) -> [(first: Int, rows: Range<Int>)] {
        spans.reduce(into: []) { stretches, span in
            let first = firstRows[span.sequence] + span.start
            if let last = stretches.last, last.rows.upperBound == span.rows.lowerBound,
                last.first + last.rows.count == first
            {
                stretches[stretches.count - 1].rows =
                    last.rows.lowerBound..<span.rows.upperBound
            } else {
                stretches.append((first, span.rows))
            }
        }
    }

    /// Copies the rows of a stretch that are kept, in parallel.
    private func take(_ first: Int, _ stretch: Range<Int>, of value: Tensor, into kept: Tensor) {
        let all = first..<first + stretch.count
        let width = kept.shape.dropFirst().reduce(1, *)
        guard let rows else {
            let place = kept[all]
            copy(value[stretch], into: place)
            return place.forget()
        }
        let chosen = rows.partition(all)
        gatherRows(
            chosen.map { stretch.lowerBound + rows[$0] - first },
            of: value.reshaped([value.shape[0], width]),
            into: kept[chosen].reshaped([chosen.count, width]))
    }
}

extension [Int] {
    /// The indices of the elements in a range, of ascending elements.
    fileprivate func partition(_ range: Range<Int>) -> Range<Int> {
        func first(notBelow bound: Int) -> Int {
            var (low, high) = (0, count)
            while low < high {
                let middle = (low + high) / 2
                if self[middle] < bound { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return first(notBelow: range.lowerBound)..<first(notBelow: range.upperBound)
    }
}
