import Base
import Checkpoints
import Kernels
import Models
import Tensors
import Testing
import TestSupport

struct LanguageModelTests {
    static let rounding = Tolerance.relative(
        3e-5,
        because:
            "fp32; the same sums in chunks of other lengths; 1.2e-5 without fused multiply-adds")

    private let folder: TemporaryFolder
    private var random = TestRandom(seed: 11)

    init() throws { folder = try TemporaryFolder() }

    private func load(_ kind: SmallModel.Kind) throws -> LanguageModel {
        try SmallModel.write(kind, to: folder.path)
        return try LanguageModel(folder: folder.path)
    }

    @Test(
        "bf16 projections move every stream by their rounding and no more",
        arguments: SmallModel.Kind.allCases)
    func bfloat16(kind: SmallModel.Kind) throws {
        let model = try load(kind)
        let rounded = try LanguageModel(folder: folder.path, precision: .bf16)
        #expect(rounded.precision == .bf16 && model.precision == .fp32)
        var random = random
        let batch = TokenBatch([random.ids(70, below: 97), random.ids(3, below: 97)])
        for blocks in 1...SmallModel.nLayers {
            let stream = try rounded.run(batch, stoppingAfter: blocks)
            let exact = try model.run(batch, stoppingAfter: blocks)
            expectClose(
                stream, exact.elements.map(Double.init),
                within: .relative(
                    0.2,
                    because: "the difference of two mixers magnifies roundings of 2^-8; 6.5e-2"
                        + " measured, 1.2e-2 without"),
                "bf16 \(kind.rawValue) after \(blocks)")
            #expect(Array(stream.elements) != Array(exact.elements))
        }
    }

    @Test("prefill in pieces equals prefill at once", arguments: SmallModel.Kind.allCases)
    func pieces(kind: SmallModel.Kind) throws {
        let model = try load(kind)
        var random = random
        let sequences = [random.ids(150, below: 97), random.ids(150, below: 97)]
        let whole = try model.run(TokenBatch(sequences))

        let state = RecurrentState(for: model, sequences: 2)
        var position = 0
        // Single steps, pieces shorter than the convolution, and pieces over a chunk's border.
        for length in [1, 1, 2, 70, 1, 5, 64, 6] {
            let piece = try model.run(
                TokenBatch(sequences.map { $0[position..<position + length] }), state: state)
            for sequence in 0..<2 {
                let expected = whole[
                    sequence * 150 + position..<sequence * 150 + position + length]
                expectClose(
                    piece[sequence * length..<(sequence + 1) * length], expected,
                    within: Self.rounding, "piece of \(length) at \(position)")
            }
            position += length
        }
        #expect(position == 150)
    }

    @Test("a batch of unequal sequences equals each alone", arguments: SmallModel.Kind.allCases)
    func ragged(kind: SmallModel.Kind) throws {
        let model = try load(kind)
        var random = random
        let sequences = [1, 3, 100, 65].map { random.ids($0, below: 97) }
        let batch = TokenBatch(sequences)
        let together = try model.run(batch)
        for (sequence, rows) in zip(sequences, batch.sequences) {
            let alone = try model.run(TokenBatch([sequence]))
            expectClose(together[rows], alone, within: Self.rounding, "\(rows)")
        }
    }

    @Test("stops after any block with the stream of that block")
    func stops() throws {
        let model = try load(.diffAlternate)
        var random = random
        let batch = TokenBatch([random.ids(20, below: 97)])
        for blocks in 0...SmallModel.nLayers {
            var reached: [Int] = []
            var stream: Tensor?
            var hooks = Hooks()
            for block in 0..<SmallModel.nLayers {
                hooks.add(.residPre(block: block)) {
                    if block == blocks { stream = $0.copy() }
                    reached.append(block)
                }
            }
            let stopped = try model.run(batch, hooks: hooks, stoppingAfter: blocks)
            #expect(reached == Array(0..<blocks))
            try model.run(batch, hooks: hooks)
            if let stream { #expect(Array(stopped.elements) == Array(stream.elements)) }
        }
    }

    @Test("a hook that writes patches the run")
    func patches() throws {
        let model = try load(.diffAlternate)
        var random = random
        let clean = TokenBatch([random.ids(30, below: 97)])
        let other = TokenBatch([random.ids(30, below: 97)])
        var kept: Tensor?
        var capture = Hooks()
        capture.add(.residPre(block: 2)) { kept = $0.copy() }
        let expected = try model.run(other, hooks: capture)
        let stream = try #require(kept)

        var patch = Hooks()
        patch.add(.residPre(block: 2)) { $0.assign(stream) }
        let patched = try model.run(clean, hooks: patch)
        #expect(Array(patched.elements) == Array(expected.elements))
    }

    @Test("a patch of a part of a wider buffer takes effect")
    func patchesColumns() throws {
        let model = try load(.mamba2)
        var random = random
        let batch = TokenBatch([random.ids(30, below: 97)])
        // With x = 0 nothing enters the state and the skip is 0: the mixer's output is 0.
        var hooks = Hooks()
        var output: Tensor?
        hooks.add(.mixer(.x, block: 1)) { $0.fill(0) }
        hooks.add(.mixer(.outProj, block: 1)) { output = $0.copy() }
        try model.run(batch, hooks: hooks)
        #expect(try #require(output).elements.allSatisfy { $0 == 0 })
    }

    @Test("with λ patched to 0 the difference is mixer 1 alone")
    func patchesLambda() throws {
        let model = try load(.diffAll)
        var random = random
        let batch = TokenBatch([random.ids(10, below: 97)])
        var (first, difference): (Tensor?, Tensor?) = (nil, nil)
        var hooks = Hooks()
        hooks.add(.lambda(block: 3)) { $0.fill(0) }
        hooks.add(.mixer(.outProj, block: 3, index: 1)) { first = $0.copy() }
        hooks.add(.difference(block: 3)) { difference = $0.copy() }
        try model.run(batch, hooks: hooks)
        #expect(try #require(first).elements.elementsEqual(try #require(difference).elements))
    }

    @Test("hooks of one point run in the order in which they were added")
    func order() throws {
        let model = try load(.mamba1)
        var calls: [Int] = []
        var hooks = Hooks()
        hooks.add(.embed) { _ in calls.append(1) }
        hooks.add(.embed) { _ in calls.append(2) }
        try model.run(TokenBatch([[1]]), hooks: hooks)
        #expect(calls == [1, 2])
    }

    @Test("every hook point is reached, with the shape its documentation gives")
    func allPoints() throws {
        for kind in SmallModel.Kind.allCases {
            let model = try load(kind)
            var shapes: [HookPoint: [Int]] = [:]
            var hooks = Hooks()
            for point in model.configuration.hookPoints {
                hooks.add(point) { shapes[point] = $0.shape }
            }
            try model.run(TokenBatch([[5, 6, 7], [8, 9, 10]]), hooks: hooks)
            #expect(shapes.count == model.configuration.hookPoints.count)
            for (point, shape) in shapes where point.axis == .positions {
                #expect(shape[0] == 6, "\(point)")
            }
            #expect(shapes[.logits] == [6, 97])
            if kind == .grouped {
                #expect(shapes[.mixer(.B, block: 0)] == [6, 2, 16])
                #expect(shapes[.mixer(.ssmOut, block: 0)] == [6, 4, 16])
                #expect(shapes[.mixer(.finalState, block: 0)] == [2, 4, 16, 16])
            }
        }
    }

    @Test("refuses a stream that is not finite, naming the block, and impossible stops")
    func notFinite() throws {
        let name = "backbone.layers.2.mixer.out_proj.weight"
        let (model, damaged) = try overflowing(name)
        #expect(
            throws: ModelError.notFinite(
                path: folder("model.safetensors"), what: "the stream after block 2", tensor: name,
                largest: "3e+38")
        ) { try damaged.run(TokenBatch([[1, 2]])) }
        #expect(throws: Never.self) {
            try damaged.run(TokenBatch([[1, 2]]), stoppingAfter: 2)
        }
        for blocks in [-1, 5] {
            #expect(throws: ModelError.stopAfter(blocks: blocks, nLayers: 4)) {
                try model.run(TokenBatch([[1, 2]]), stoppingAfter: blocks)
            }
        }
    }

    /// The small model, and the same with a tensor that is finite and makes numbers that are not.
    private func overflowing(_ name: String) throws -> (LanguageModel, LanguageModel) {
        try SmallModel.write(.mamba2, to: folder.path)
        let path = folder("model.safetensors")
        let model = try LanguageModel(folder: folder.path)
        var bytes = [UInt8](try readFile(path))
        let weight = try model.checkpoint.stored(name)
        let large = withUnsafeBytes(of: Float(3e38)) { Array($0) }
        for start in stride(from: 0, to: weight.byteCount, by: 4) {
            bytes.replaceSubrange(
                weight.byteOffset + start..<weight.byteOffset + start + 4, with: large)
        }
        try writeFile(bytes, to: path)
        return (model, try LanguageModel(folder: folder.path))
    }

    @Test("refuses logits that are not finite, naming the tensor that made them so")
    func outputNotFinite() throws {
        let (_, damaged) = try overflowing("backbone.norm_f.weight")
        let batch = TokenBatch([[1, 2, 3]])
        #expect(throws: Never.self) { try damaged.run(batch) }
        let error = ModelError.notFinite(
            path: folder("model.safetensors"),
            what: "what the final norm and the unembedding make of the last stream",
            tensor: "backbone.norm_f.weight", largest: "3e+38")
        for point in [HookPoint.finalNorm, .logits] {
            var hooks = Hooks()
            hooks.add(point) { _ in }
            #expect(throws: error) { try damaged.run(batch, hooks: hooks) }
        }
        let labels = TrainingLabels(
            rows: [0, 1], labels: Labels(tokens: [2, 3], weights: [1, 1]))
        #expect(throws: error) { try damaged.predictions(batch, labels: labels) }
        #expect(throws: error) { try damaged.logits(of: damaged.run(batch)) }
    }

    @Test("refuses weights of blocks that the configuration does not have")
    func surplusBlocks() throws {
        try SmallModel.write(.mamba2, to: folder.path)
        let path = folder("config.json")
        let text = String(decoding: try readFile(path), as: UTF8.self)
        try writeFile(
            text.replacing("\"num_hidden_layers\": 4", with: "\"num_hidden_layers\": 3"), to: path)
        let error = #expect(throws: ModelError.self) { try LanguageModel(folder: folder.path) }
        guard case .unexpectedTensors(folder.path, let names) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(names.count == 9)
        #expect(names.allSatisfy { $0.hasPrefix("backbone.layers.3.") })
    }

    @Test(
        "a configuration knows the tensors of its model, which needs no folder",
        arguments: SmallModel.Kind.allCases)
    func tensorsAtHand(kind: SmallModel.Kind) throws {
        let model = try load(kind)
        let parameters = try model.configuration.parameters()
        #expect(parameters.map(\.name).sorted() == model.checkpoint.names)
        var tensors: [String: StoredTensor] = [:]
        for parameter in parameters {
            let stored = try model.checkpoint.stored(parameter.name)
            #expect(stored.shape == parameter.shape, "\(parameter.name)")
            tensors[parameter.name] = stored
        }
        let copy = try LanguageModel(
            folder: "copy", model.configuration, Checkpoint(tensors, path: "copy"))
        let batch = TokenBatch([[1, 5, 2]])
        let (stream, expected) = (try copy.run(batch), try model.run(batch))
        withExtendedLifetime((stream, expected)) {
            #expect(stream.elements.elementsEqual(expected.elements))
        }
    }

    @Test("refuses ids outside the vocabulary and empty sequences")
    func badTokens() throws {
        let model = try load(.mamba2)
        let far = ModelError.tokenOutOfRange(id: 97, sequence: 2, position: 3, vocabSize: 97)
        #expect(throws: far) { try model.run(TokenBatch([[1], [1, 2, 97]])) }
        let negative = ModelError.tokenOutOfRange(id: -1, sequence: 1, position: 1, vocabSize: 97)
        #expect(throws: negative) { try model.run(TokenBatch([[-1]])) }
        #expect(throws: ModelError.noTokens) { try model.run(TokenBatch([[1], []])) }
        #expect(throws: ModelError.noTokens) { try model.run(TokenBatch([[Int32]]())) }
    }
}
