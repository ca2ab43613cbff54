import Foundation
import Lenses
import LensTestSupport
import Models
import Tensors
import Testing
import TestSupport

struct LensReadoutTests {
    @Test("what is read of each layer and of the model equals all float64 logits")
    func equalsOracle() throws {
        let setup = try SmallSetup(windows: 2, of: 12)
        let (model, layers, d) = (setup.model, SmallModel.nLayers, SmallModel.dModel)
        var random = TestRandom(seed: 17)
        let lens = Lens(
            weight: Tensor(
                (0..<layers * d * d).map { _ in 0.1 * random.normal() }, shape: [layers, d, d]),
            bias: Tensor((0..<layers * d).map { _ in 0.1 * random.normal() }, shape: [layers, d]))
        let texts = (0..<2).map { Array(setup.windows[$0]) }
        let oracle = try Float64Oracle(model, batch: TokenBatch(texts))
        let rows = [0, 5, 11, 12, 23]
        let targets = [3, 96, 0, 41, 41]
        let readout = LensReadout(lens, of: model)
        let order = [2, 0, readout.output]
        let readings = readout.read(
            try model.streams(of: texts, rows: rows), layers: order, targets: targets,
            asking: [.logProbability, .rank, .entropy], top: 3)
        #expect(readings.count == 3)
        for (layer, reading) in zip(order, readings) {
            for (place, row) in rows.enumerated() {
                let stream =
                    layer == layers
                    ? oracle.streams[layers - 1][row]
                    : oracle.translate(
                        oracle.streams[layer][row],
                        weight: Float64Oracle.rows(lens.weight[layer]),
                        bias: Float64Oracle.rows(lens.bias)[layer])
                let expected = oracle.logProbabilities(stream)
                let said = reading.vocabulary
                #expect(abs(said.logProbability[place] - expected[targets[place]]) < 1e-5)
                #expect(
                    said.rank[place] == 1 + expected.count { $0 > expected[targets[place]] })
                let entropy = expected.reduce(0) { $0 - exp($1) * $1 }
                #expect(abs(said.entropy[place] - entropy) < 1e-5)
                let top = expected.indices.sorted { expected[$0] > expected[$1] }.prefix(3)
                #expect(said.top[place].map(\.token) == Array(top))
            }
        }
    }

    @Test("the last positions of texts are read in one go, whatever their lengths")
    func lastPositions() throws {
        let setup = try SmallSetup(windows: 3, of: 10)
        let readout = LensReadout(Lens(zeroFor: setup.model.configuration), of: setup.model)
        let texts = [Array(setup.windows[0]), [5], Array(setup.windows[1].prefix(4))]
        var progress: [Int] = []
        let together = try readout.readLastPositions(
            of: texts, by: setup.model, targets: [1, 2, 3], asking: .logProbability
        ) { progress.append($0) }
        #expect(together.count == SmallModel.nLayers + 1 && progress == [3])
        for (index, text) in texts.enumerated() {
            let alone = try readout.readLastPositions(
                of: [text], by: setup.model, targets: [index + 1], asking: .logProbability)
            for (one, all) in zip(alone, together) {
                let difference =
                    one.vocabulary.logProbability[0] - all.vocabulary.logProbability[index]
                #expect(abs(difference) < 1e-5)
            }
        }
    }
}
