import Checkpoints
import Foundation
import Kernels
import Models
import Tensors
import Testing
import TestSupport

struct HooksTests {
    @Test("a backward pass that computes blocks anew runs no hook twice", arguments: [0, Int.max])
    func onceInTraining(limit: Int) throws {
        for kind in SmallModel.Kind.allCases {
            let folder = try TemporaryFolder()
            try SmallModel.write(kind, to: folder.path)
            let parameters = try Parameters(copying: LanguageModel(folder: folder.path))
            let model = try parameters.model(folder: folder.path)
            var calls: [HookPoint: Int] = [:]
            var hooks = Hooks()
            for point in model.configuration.hookPoints {
                hooks.add(point) { _ in calls[point, default: 0] += 1 }
            }
            _ = try model.accumulateGradients(
                TokenBatch([[1, 2, 3], [4, 5]]),
                labels: TrainingLabels(
                    rows: [0, 1, 3], labels: Labels(tokens: [2, 3, 5], weights: [1, 1, 1])),
                into: Gradients(for: parameters), memory: TrainingMemory(limit: limit),
                dropout: Dropout(probability: 0.1, keys: [3, 5]), hooks: hooks)
            #expect(Set(calls.keys) == Set(model.configuration.hookPoints))
            #expect(calls.values.allSatisfy { $0 == 1 }, "\(kind)")
        }
    }

    @Test("A and D are those of the weights, and what a hook writes into them changes nothing")
    func parameters() throws {
        for kind in SmallModel.Kind.allCases {
            let folder = try TemporaryFolder()
            try SmallModel.write(kind, to: folder.path)
            let model = try LanguageModel(folder: folder.path)
            let batch = TokenBatch([[5, 6, 7, 8]])
            let expected = try model.run(batch)
            for block in model.blocks {
                for index in model.configuration.blocks[block.index].mixerIndices {
                    let name = "backbone.layers.\(block.index).mixer\(index.map { "_\($0)" } ?? "")"
                    let aLog = try #require(
                        try model.checkpoint.stored("\(name).A_log").float32())
                    let skip = try #require(try model.checkpoint.stored("\(name).D").float32())
                    var hooks = Hooks()
                    var found: [Tensor] = []
                    for part in [MixerPart.A, .D] {
                        hooks.add(.mixer(part, block: block.index, index: index)) {
                            found.append($0.copy())
                            $0.fill(.nan)
                        }
                    }
                    let stream = try model.run(batch, hooks: hooks)
                    let parameter = try #require(block.parameter(.A, mixer: index))
                    withExtendedLifetime((stream, expected, aLog, skip, found, parameter)) {
                        #expect(stream.elements.elementsEqual(expected.elements))
                        #expect(found.map(\.shape) == [aLog.shape, skip.shape])
                        #expect(Array(found[0].elements) == aLog.elements.map { -exp($0) })
                        #expect(found[1].elements.elementsEqual(skip.elements))
                        #expect(parameter.elements.elementsEqual(found[0].elements))
                    }
                }
                #expect(block.parameter(.dt) == nil && block.parameter(.D, mixer: 3) == nil)
            }
        }
    }
}
