/// What `lens eval text` writes: how far each layer's distribution is from the model's.
package struct TextResult: ResultDocument {
    package static let schema = "statelens/text-result/1"

    /// In nats and, by the text's own factor, in bits per byte.
    package struct Row: Codable, Sendable, Equatable {
        package let nats: TextMetrics
        package let bitsPerByte: TextMetrics

        enum CodingKeys: String, CodingKey {
            case nats
            case bitsPerByte = "bits_per_byte"
        }

        init(_ nats: TextMetrics, natsToBitsPerByte factor: Double) {
            self.nats = nats
            bitsPerByte = TextMetrics(
                crossEntropy: nats.crossEntropy * factor, entropy: nats.entropy * factor,
                kl: nats.kl * factor)
        }
    }

    package struct Layer: Codable, Sendable, Equatable {
        /// Blocks completed, from 1.
        package let blocks: Int
        package let logit: Row
        /// Absent where only the logit lens was measured.
        package let tuned: Row?
    }

    package let layers: [Layer]
    /// The model's own output.
    package let output: Row
    package let windows: Int
    package let window: Int
    package let natsToBitsPerByte: Double
    package let run: RunRecord

    enum CodingKeys: String, CodingKey {
        case layers, output, windows, window, run
        case natsToBitsPerByte = "nats_to_bits_per_byte"
    }

    package init(
        logit: [TextMetrics], tuned: [TextMetrics]?, output: TextMetrics, windows: Int,
        window: Int, natsToBitsPerByte: Double, run: RunRecord
    ) {
        layers = logit.indices.map { i in
            Layer(
                blocks: i + 1, logit: Row(logit[i], natsToBitsPerByte: natsToBitsPerByte),
                tuned: tuned.map { Row($0[i], natsToBitsPerByte: natsToBitsPerByte) })
        }
        self.output = Row(output, natsToBitsPerByte: natsToBitsPerByte)
        self.windows = windows
        self.window = window
        self.natsToBitsPerByte = natsToBitsPerByte
        self.run = run
    }

    /// The tree of tuned-lens's `aggregate_metrics.json`: lens, metric, layer (`layer_i` reads the
    /// stream after `i + 1` blocks), all in bits per byte.
    package var aggregateMetrics: [String: [String: [String: Double]]] {
        func tree(_ row: (Layer) -> Row?) -> [String: [String: Double]] {
            func byLayer(_ metric: (TextMetrics) -> Double) -> [String: Double] {
                Dictionary(
                    uniqueKeysWithValues: layers.enumerated().compactMap { i, layer in
                        row(layer).map { ("layer_\(i)", metric($0.bitsPerByte)) }
                    })
            }
            return [
                "ce": byLayer(\.crossEntropy), "entropy": byLayer(\.entropy), "kl": byLayer(\.kl),
            ]
        }
        var result = [
            "logit": tree(\.logit),
            "baseline": [
                "ce": ["final": output.bitsPerByte.crossEntropy],
                "entropy": ["final": output.bitsPerByte.entropy],
            ],
        ]
        if layers.contains(where: { $0.tuned != nil }) { result["tuned"] = tree(\.tuned) }
        return result
    }
}

/// Means over positions of text, in nats.
package struct TextMetrics: Codable, Sendable, Equatable {
    /// Cross entropy with the token that follows.
    package var crossEntropy: Double
    package var entropy: Double
    /// KL divergence of the model's own distribution from this one; 0 for the model itself.
    package var kl: Double

    package init(crossEntropy: Double, entropy: Double, kl: Double) {
        self.crossEntropy = crossEntropy
        self.entropy = entropy
        self.kl = kl
    }

    enum CodingKeys: String, CodingKey {
        case entropy, kl
        case crossEntropy = "cross_entropy"
    }
}
