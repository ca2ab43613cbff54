import Corpora
import Kernels
import Models
import Tensors

extension LensTrainingPlan.Rates {
    /// Measures them on the first windows of a text, each kind of work twice, of which the second
    /// time counts.
    package init(
        measuring model: LanguageModel, on windows: TokenWindows, _ options: LensTrainingOptions
    ) throws {
        let configuration = model.configuration
        // As little as tells the rate.
        let (window, operations) = (windows.window, 3e11)
        func amount(_ most: Int, operationsOfOne: Double) -> Int {
            max(1, min(most, Int(operations / operationsOfOne)))
        }
        let count = amount(
            min(windows.count, windowsAtATime(of: window)),
            operationsOfOne: configuration.forwardOperations(tokens: window))
        let positions = amount(
            min(window, 256),
            operationsOfOne: configuration.lensStepOperations(
                positions: 1, layers: configuration.nLayers))
        var options = options
        options.text.steps = 1
        options.text.window = window
        options.text.tokensPerStep = window
        options.measuring.patience = nil
        options.measuring.keep = .last
        let trainer = try LensTrainer(
            model, lens: Lens(zeroFor: configuration), windows: windows.part(0..<1),
            options: options)
        let batch = TokenBatch((0..<count).map { windows[$0] })
        let streams = try model.capturedStreams(batch)
        let d = configuration.dModel
        let moments = (0..<Threads.count).map { _ in SecondMoments(inputs: d, outputs: d) }
        let ones = Tensor(batch.ids.count)
        ones.fill(1)
        let captured = try CapturedPositions(
            LabelledPositions(
                TokenBatch([windows[0]]), tokenShift: options.objective.tokenShift,
                perWindow: positions),
            readBy: model)

        let clock = ContinuousClock()
        var (forward, lens, algebra) = (Duration.zero, Duration.zero, Duration.zero)
        for _ in 0..<2 {
            forward = try clock.measure { _ = try model.capturedStreams(batch) }
            lens = clock.measure { trainer.accumulate(captured) }
            algebra = clock.measure {
                parallel(moments.count) { index in
                    moments[index].add(streams[0], streams[0], scale: ones)
                }
            }
        }
        self.init(
            forward: Double(count) * configuration.forwardOperations(tokens: window)
                / (forward / .seconds(1)),
            lens: configuration.lensStepOperations(
                positions: positions, layers: configuration.nLayers) / (lens / .seconds(1)),
            algebra: Double(moments.count) * 3 * Double(batch.ids.count * d * d)
                / (algebra / .seconds(1)))
    }
}
