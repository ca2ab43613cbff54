import Foundation

/// The formulas of the papers in float64, written for reading and not for speed.
enum Oracle {
    static func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }

    static func dot(_ x: [Double], _ y: [Double]) -> Double {
        zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    }

    static func rmsNorm(
        _ x: [[Double]], weight: [Double], epsilon: Double, groups: Int = 1
    ) -> [[Double]] {
        x.map { row in
            let width = row.count / groups
            return row.indices.map { i in
                let start = i / width * width
                let squares = row[start..<start + width].map { $0 * $0 }
                return row[i] * weight[i] / sqrt(squares.reduce(0, +) / Double(width) + epsilon)
            }
        }
    }

    /// Gradient of `Σ dy ∘ rmsNorm(x)` in x by central differences.
    static func rmsNormGradient(
        _ x: [[Double]], weight: [Double], epsilon: Double, dy: [[Double]]
    ) -> [[Double]] {
        let h = 1e-5
        return zip(x, dy).map { row, dy in
            func loss(_ row: [Double]) -> Double {
                dot(rmsNorm([row], weight: weight, epsilon: epsilon)[0], dy)
            }
            return row.indices.map { i in
                var up = row
                var down = row
                up[i] += h
                down[i] -= h
                return (loss(up) - loss(down)) / (2 * h)
            }
        }
    }

    /// One sequence, whose `past` is the `width − 1` rows before it.
    static func conv1dSiLU(
        _ x: [[Double]], past: [[Double]], taps: [[Double]], bias: [Double]?
    ) -> [[Double]] {
        let rows = past + x
        return x.indices.map { t in
            x[t].indices.map { c in
                let sum = taps.indices.map { taps[$0][c] * rows[t + $0][c] }.reduce(0, +)
                return silu(sum + (bias?[c] ?? 0))
            }
        }
    }

    /// One step of one state row: `s = decay ∘ s + input · B`; returns `s · C`.
    static func step(
        _ state: inout [Double], decay: [Double], input: Double, B: [Double], C: [Double]
    ) -> Double {
        for n in state.indices { state[n] = decay[n] * state[n] + input * B[n] }
        return dot(state, C)
    }

    /// `log Σ exp` and the softmax.
    static func softmax(_ logits: [Double]) -> (logSum: Double, probabilities: [Double]) {
        let maximum = logits.max() ?? 0
        let exponentials = logits.map { exp($0 - maximum) }
        let sum = exponentials.reduce(0, +)
        return (maximum + log(sum), exponentials.map { $0 / sum })
    }

    /// A(n) and o(n) of every row over the vocabulary `U`.
    static func vocabularyAttention(
        _ rows: [[Double]], _ U: [[Double]]
    ) -> (logPartition: [Double], expected: [[Double]]) {
        var partitions: [Double] = []
        var expected: [[Double]] = []
        for row in rows {
            let (logSum, probabilities) = softmax(U.map { dot($0, row) })
            var mean = [Double](repeating: 0, count: row.count)
            for (p, entry) in zip(probabilities, U) {
                for i in mean.indices { mean[i] += p * entry[i] }
            }
            partitions.append(logSum)
            expected.append(mean)
        }
        return (partitions, expected)
    }
}
