import ArgumentParser
import Models
import Results

/// The dimensions of a released Mamba-2.
enum NamedShape: String, CaseIterable, ExpressibleByArgument {
    case small = "130m"
    case medium = "370m"
    case large = "1.3b"

    var dModel: Int {
        switch self {
        case .small: 768
        case .medium: 1024
        case .large: 2048
        }
    }

    var nLayers: Int { self == .small ? 24 : 48 }
}

/// Which model to make.
struct ShapeOptions: ParsableArguments {
    @Option(help: "Dimensions of this released Mamba-2; the options below change single ones.")
    var shape = NamedShape.medium

    @Option(
        help: ArgumentHelp(
            "Width of the residual stream. (default: that of --shape)", valueName: "n"))
    var dModel: Int?

    @Option(help: ArgumentHelp("Blocks. (default: those of --shape)", valueName: "n"))
    var layers: Int?

    @Option(
        help: ArgumentHelp("Rows of the embedding, which is also the unembedding.", valueName: "n"))
    var vocab = 50288

    @Option(help: ArgumentHelp("Numbers of state for each channel.", valueName: "n"))
    var dState = 128

    @Option(help: ArgumentHelp("Channels of a head; must divide twice the width.", valueName: "n"))
    var headDim = 64

    @Flag(help: "Make a Diff-Mamba-2, with two half-width mixers in every block.")
    var differential = false

    func validate() throws {
        // Before a configuration, which multiplies them.
        let sizes = [
            ("--d-model", dModel ?? shape.dModel, 16384),
            ("--layers", layers ?? shape.nLayers, 1024),
            ("--vocab", vocab, 1 << 20), ("--d-state", dState, 4096), ("--head-dim", headDim, 4096),
        ]
        for (option, size, most) in sizes where !(1...most).contains(size) {
            throw ValidationError("\(option) is \(size), expected 1 to \(most).")
        }
        guard 2 * configuration.dModel % headDim == 0 else {
            throw ValidationError(
                "--head-dim \(headDim) does not divide \(2 * configuration.dModel), twice the width."
            )
        }
        guard !differential || headDim % 2 == 0 else {
            throw ValidationError(
                "--head-dim is \(headDim), expected an even number: a differential block halves it."
            )
        }
    }

    var configuration: ModelConfiguration {
        .mamba2(
            dModel: dModel ?? shape.dModel, nLayers: layers ?? shape.nLayers, vocabSize: vocab,
            dState: dState, headDim: headDim, placement: differential ? .all : nil)
    }

    var title: String {
        let configuration = configuration
        return
            "\(configuration.family) of random weights: d_model \(configuration.dModel),"
            + " \(configuration.nLayers) layers, vocabulary \(vocab), d_state \(dState),"
            + " head_dim \(headDim)"
    }

    var json: BenchmarkReport.Value {
        let configuration = configuration
        return .members([
            "family": .text(configuration.family),
            "d_model": .number(Double(configuration.dModel)),
            "layers": .number(Double(configuration.nLayers)),
            "vocab": .number(Double(vocab)), "d_state": .number(Double(dState)),
            "head_dim": .number(Double(headDim)),
        ])
    }
}
