import Kernels
import Models
import Tensors
import Testing
import TestSupport

/// Gradients of whole models against PyTorch's autograd in float64.
@Suite struct GradientTests {
    static let rounding = Tolerance.relative(
        1e-5, because: "fp32 through three blocks and back against autograd in fp64")

    private func folder(_ name: String) -> String { Repository.golden("tiny/\(name)") }

    private func golden(_ name: String) throws -> TensorFile {
        try TensorFile(golden: "tiny/\(name)/golden")
    }

    /// With memory for the inside of all blocks, of one and of none.
    @Test(
        "every parameter's gradient equals autograd's",
        arguments: ["mamba1", "falcon_mamba", "mamba2", "mamba2-whole-width", "diffmamba2"],
        [1 << 30, 1, 0])
    func equalsAutograd(name: String, limit: Int) throws {
        let golden = try golden(name)
        let parameters = try Parameters(copying: LanguageModel(folder: folder(name)))
        let model = try parameters.model(folder: name)
        let (batch, labels) = try example(golden)
        let gradients = Gradients(for: parameters)
        let loss = try model.accumulateGradients(
            batch, labels: labels, into: gradients, memory: TrainingMemory(limit: limit))

        expectClose([loss], try golden.values("loss"), within: Self.rounding, "loss")
        let predicted = try model.predictions(batch, labels: labels)
        let sum = zip(predicted, labels.labels.weights).reduce(0) {
            $0 - $1.0.logProbability * Double($1.1)
        }
        expectClose([sum], [loss], within: Self.rounding, "loss of the predictions")
        for (parameter, gradient) in zip(parameters.named, gradients.tensors) {
            expectClose(
                gradient, try golden.values("gradient/\(parameter.name)"), within: Self.rounding,
                parameter.name)
        }
    }

    @Test(
        "every parameter's gradient of an embedded model, on text it can read",
        arguments: ["mamba2", "diffmamba2"])
    func embedded(name: String) throws {
        let golden = try TensorFile(golden: name)
        let parameters = try Parameters(
            copying: LanguageModel(folder: Repository.model(name)))
        let (batch, labels) = try example(golden)
        let gradients = Gradients(for: parameters)
        let loss = try parameters.model(folder: name).accumulateGradients(
            batch, labels: labels, into: gradients, memory: TrainingMemory())
        expectClose([loss], try golden.values("loss"), within: Self.rounding, "loss")
        for (parameter, gradient) in zip(parameters.named, gradients.tensors) {
            expectSampled(
                Array(gradient.elements), try golden.values("gradient/\(parameter.name)"),
                within: .relative(
                    3e-4, because: "sums that cancel in a trained model; 7.3e-5 measured"),
                parameter.name)
        }
    }

    @Test("gradients of several batches add up")
    func additive() throws {
        let golden = try golden("diffmamba2")
        let parameters = try Parameters(copying: LanguageModel(folder: folder("diffmamba2")))
        let model = try parameters.model(folder: "diffmamba2")
        let (batch, labels) = try example(golden)
        func run(times: Int) throws -> [[Double]] {
            let gradients = Gradients(for: parameters)
            let memory = TrainingMemory()
            for _ in 0..<times {
                _ = try model.accumulateGradients(
                    batch, labels: labels, into: gradients, memory: memory)
            }
            return gradients.tensors.map { $0.elements.map(Double.init) }
        }
        for (twice, once) in zip(try run(times: 2), try run(times: 1)) {
            expectClose(twice, once.map { 2 * $0 }, within: Self.rounding)
        }
    }

    @Test(
        "with dropout gradients are those of the same mask",
        // In "mamba2" the loss hardly depends on one dt_bias, near whose steps' limits it bends.
        arguments: ["mamba1", "mamba2-whole-width", "diffmamba2"], [0, Int.max])
    func dropout(name: String, limit: Int) throws {
        let golden = try golden(name)
        let parameters = try Parameters(copying: LanguageModel(folder: folder(name)))
        let (batch, labels) = try example(golden)
        let dropout = Dropout(
            probability: 0.3,
            keys: batch.sequences.indices.map { 0x9E37_79B9_7F4A_7C15 &* UInt64(2 * $0 + 1) })
        let memory = TrainingMemory(limit: limit)
        func loss(_ gradients: Gradients) throws -> Double {
            try parameters.model(folder: name).accumulateGradients(
                batch, labels: labels, into: gradients, memory: memory, dropout: dropout)
        }
        let gradients = Gradients(for: parameters)
        _ = try loss(gradients)
        let scratch = Gradients(for: parameters)
        for (parameter, gradient) in zip(parameters.named, gradients.tensors) {
            // Along its own direction the derivative is the gradient's norm.
            let start = Array(parameter.value.elements)
            let slope = gradient.elements.map(Double.init)
            let norm = slope.reduce(0) { $0 + $1 * $1 }.squareRoot()
            // A loss moves by far more than it rounds, and by little enough to be straight.
            let step = min(0.03, 0.02 / norm)
            let losses = try [step, -step].map { step in
                for i in start.indices {
                    parameter.value.pointer[i] = Float(Double(start[i]) + step * slope[i] / norm)
                }
                return try loss(scratch)
            }
            for i in start.indices { parameter.value.pointer[i] = start[i] }
            expectClose(
                [(losses[0] - losses[1]) / (2 * step)], [norm],
                within: .relative(
                    2e-2, because: "central differences of fp32 losses that hardly move"),
                parameter.name)
        }
    }

    private func example(_ golden: TensorFile) throws -> (TokenBatch, TrainingLabels) {
        let sequences = try golden.sequences()
        let ids = sequences.flatMap(\.self)
        let weights = try golden.values("label_weights").map { Float($0) }
        let length = sequences[0].count
        // The last position of a sequence has no next token.
        let rows = ids.indices.filter { $0 % length < length - 1 }
        let weighted = zip(rows, weights).filter { $1 > 0 }
        return (
            TokenBatch(sequences),
            TrainingLabels(
                rows: weighted.map(\.0),
                labels: Labels(
                    tokens: weighted.map { ids[$0.0 + 1] }, weights: weighted.map(\.1)))
        )
    }
}
