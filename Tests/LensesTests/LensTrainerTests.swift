import Base
import Checkpoints
import Corpora
import Kernels
import Lenses
import LensTestSupport
import Models
import Tensors
import Testing
import TestSupport
import Tokenization

struct LensTrainerTests {
    @Test(
        "bf16 ends within 1% of the losses of fp32 in every layer",
        arguments: LensLoss.allCases)
    func precision(objective: LensLoss) throws {
        let setup = try SmallSetup()
        let folder = setup.folder.path
        let (exact, rounded) = try (
            setup.trainer(setup.options { $0.objective.loss = objective }),
            LensTrainer(
                LanguageModel(folder: folder, precision: .bf16),
                lens: Lens(zeroFor: setup.model.configuration), windows: setup.windows,
                options: setup.options {
                    $0.objective.loss = objective
                    $0.objective.precision = .bf16
                })
        )
        let last = try (#require(exact.run().last), #require(rounded.run().last))
        for (bf16, fp32) in zip(last.1.loss, last.0.loss) {
            #expect(abs(bf16 - fp32) < 0.01 * fp32 + 1e-6, "\(bf16) against \(fp32)")
        }
        #expect(exact.parameters != rounded.parameters)
    }

    @Test(
        "first losses and their gradient equal a float64 computation with all logits",
        arguments: [
            (LensLoss.kl, 0), (.kl, 1), (.kl, -2), (.ce, 1), (.ce, 3),
        ])
    func gradient(objective: LensLoss, shift: Int) throws {
        let setup = try SmallSetup(windows: 2, of: 12)
        // One plain step of gradient descent moves by rate · clip · gradient.
        let options = setup.options {
            $0.text.steps = 1
            $0.text.tokensPerStep = 24
            $0.optimizer.momentum = 0
            $0.optimizer.weightDecay = 0
            $0.objective.loss = objective
            $0.objective.tokenShift = shift
            $0.text.shuffle = false
        }
        var random = TestRandom(seed: 3)
        let start = Lens(zeroFor: setup.model.configuration)
        for i in 0..<start.weight.count { start.weight.pointer[i] = 0.05 * random.normal() }
        for i in 0..<start.bias.count { start.bias.pointer[i] = 0.05 * random.normal() }
        let (weight, bias) = (start.weight.copy(), start.bias.copy())
        let trainer = try setup.trainer(
            options, lens: Lens(weight: start.weight, bias: start.bias))
        let report = try #require(try trainer.advance())
        let moved = -options.schedule.rate(step: 0) * min(1, 1 / (report.gradientNorm + 1e-6))

        let oracle = try Float64Oracle(
            setup.model, batch: TokenBatch([setup.windows[0], setup.windows[1]]))
        for layer in 0..<SmallModel.nLayers {
            let rows = Float64Oracle.rows(weight[layer])
            let offset = bias[layer].elements.map(Double.init)
            func loss(_ weight: [[Double]], _ bias: [Double]) -> Double {
                oracle.loss(objective, shift: shift, layer: layer, weight: weight, bias: bias)
            }
            let expected = loss(rows, offset)
            #expect(abs(report.loss[layer] - expected) < 1e-5 * max(1, expected))

            // A few entries by central differences; the largest gradient sets the scale.
            var (actual, reference): ([Float], [Double]) = ([], [])
            let h = 1e-4
            for (i, j) in [(0, 0), (3, 17), (31, 5), (12, 30)] {
                var (up, down) = (rows, rows)
                up[i][j] += h
                down[i][j] -= h
                reference.append((loss(up, offset) - loss(down, offset)) / (2 * h))
                let index = i * SmallModel.dModel + j
                let change =
                    trainer.lens.weight[layer].elements[index] - weight[layer].elements[index]
                actual.append(change / Float(moved))
            }
            for i in [0, 9, 31] {
                var (up, down) = (offset, offset)
                up[i] += h
                down[i] -= h
                reference.append((loss(rows, up) - loss(rows, down)) / (2 * h))
                let change = trainer.lens.bias[layer].elements[i] - bias[layer].elements[i]
                actual.append(change / Float(moved))
            }
            expectClose(
                Tensor(actual, shape: [7]), reference,
                within: .relative(
                    2e-3, because: "the update of a parameter of 0.05 is rounded to fp32"),
                "layer \(layer)")
        }
    }

    @Test(
        "held-out losses equal a float64 computation with all logits",
        arguments: [(LensLoss.kl, 0), (.kl, -2), (.ce, 1)])
    func heldOut(objective: LensLoss, shift: Int) throws {
        let setup = try SmallSetup(windows: 26)
        let options = setup.options {
            $0.objective.loss = objective
            $0.objective.tokenShift = shift
            $0.measuring.every = 4
        }
        let trainer = try setup.trainer(options, heldOut: 2)
        let (_, measured) = try trainer.runMeasured()
        #expect(measured.map(\.step) == [0, 4, 6])
        let oracle = try Float64Oracle(
            setup.model, batch: TokenBatch([setup.windows[24], setup.windows[25]]))
        for layer in 0..<SmallModel.nLayers {
            let d = SmallModel.dModel
            let zero = [[Double]](repeating: Array(repeating: 0, count: d), count: d)
            let start = oracle.loss(
                objective, shift: shift, layer: layer, weight: zero,
                bias: Array(repeating: 0, count: d))
            #expect(abs(measured[0].scores[layer] - start) < 1e-5 * max(1, start))
            let end = oracle.loss(
                objective, shift: shift, layer: layer,
                weight: Float64Oracle.rows(trainer.lens.weight[layer]),
                bias: trainer.lens.bias[layer].elements.map(Double.init))
            #expect(abs(measured[2].scores[layer] - end) < 1e-5 * max(1, end))
        }
    }

    @Test(
        "with some positions of every window, loss and measurement are means over just these",
        arguments: [(LensLoss.kl, 0), (.ce, 1)])
    func positions(objective: LensLoss, shift: Int) throws {
        let setup = try SmallSetup(windows: 26)
        let options = setup.options {
            $0.objective.loss = objective
            $0.objective.tokenShift = shift
            $0.text.positionsPerWindow = 5
            $0.measuring.positions = 6
            $0.text.shuffle = false
        }
        let trainer = try setup.trainer(options, heldOut: 2)
        let measured = try #require(try trainer.measure()?.scores)
        let report = try #require(try trainer.run().first)
        func oracle(_ windows: Range<Int>, _ rows: [[Int]], layer: Int) throws -> Double {
            let oracle = try Float64Oracle(
                setup.model, batch: TokenBatch(windows.map { setup.windows[$0] }))
            let d = SmallModel.dModel
            return oracle.loss(
                objective, shift: shift, layer: layer,
                weight: Array(repeating: Array(repeating: 0, count: d), count: d),
                bias: Array(repeating: 0, count: d),
                rows: rows.enumerated().flatMap { window, rows in rows.map { 16 * window + $0 } })
        }
        // Of 16 positions with a label, or 15: the k-th stretch's start and a share of its length,
        // a half for measurements, in training multiples of the golden ratio.
        let labelled = Double(16 - shift)
        func rows(_ count: Int, _ phase: Double) -> [Int] {
            (0..<count).map { Int((Double($0) + phase) * labelled / Double(count)) }
        }
        for layer in 0..<SmallModel.nLayers {
            let held = try oracle(24..<26, [rows(3, 0.5), rows(3, 0.5)], layer: layer)
            #expect(abs(measured[layer] - held) < 1e-5 * max(1, held))
            let first = try oracle(
                0..<4, [0, 0.618034, 0.236068, 0.854102].map { rows(5, $0) }, layer: layer)
            #expect(abs(report.loss[layer] - first) < 1e-5 * max(1, first))
        }
    }

    @Test("a layer without a better translator for long is trained no more, and the last never is")
    func patience() throws {
        let setup = try SmallSetup(windows: 26)
        let trainer = try setup.trainer(
            setup.options {
                $0.measuring.every = 1
                $0.measuring.keep = .best
                $0.measuring.patience = 2
                $0.optimizer.learningRateScale = 60
            }, heldOut: 2)
        let (reports, measured) = try trainer.runMeasured()
        #expect(!trainer.trainedLayers.contains(SmallModel.nLayers - 1))
        let stopped = (0..<SmallModel.nLayers - 1).filter { !trainer.trainedLayers.contains($0) }
        #expect(!stopped.isEmpty, "steps as long as these make things worse")
        for layer in stopped {
            let scores = measured.map { $0.scores[layer] }
            let best = try #require(scores.firstIndex(of: scores.min() ?? 0))
            // Two worse ones, then always the best; the loss of the last step stays as well.
            #expect(scores[(best + 1)...(best + 2)].allSatisfy { $0 > scores[best] })
            #expect(scores[(best + 3)...].allSatisfy { $0 == scores[best] })
            #expect(Set(reports[(best + 1)...].map { $0.loss[layer] }).count == 1)
        }
    }

    @Test("training that begins with the closed form hands out nothing worse in any layer")
    func closedFormFirst() throws {
        let setup = try SmallSetup(windows: 202)
        let options = setup.options {
            $0.text.steps = 40
            $0.optimizer.kind = .muon
            $0.measuring.keep = .best
            $0.fit = .both
        }
        let trainer = try setup.trainer(options, heldOut: 8)
        let fit = try ClosedFormFit(
            setup.model, text: trainer.text, heldOut: trainer.heldOut)
        while !fit.isRead { try fit.advance() }
        let solution = try fit.solve()
        trainer.start(from: solution)
        let (_, measured) = try trainer.runMeasured()
        #expect(measured.first?.scores == solution.losses.end)
        let end = try #require(trainer.smallestLosses)
        // Of all layers in one group instead of those trained, hence the rounding.
        for (again, end) in zip(try trainer.heldOut.losses(of: trainer.result), end) {
            #expect(abs(again - end) < 1e-6)
        }
        for layer in 0..<SmallModel.nLayers {
            #expect(end[layer] <= solution.losses.end[layer])
            #expect(end[layer] <= solution.losses.start[layer])
        }
        #expect(end[0] < 0.98 * solution.losses.end[0])
    }

    @Test("measuring changes nothing about a training, and without held-out windows there is none")
    func measuringIsApart() throws {
        let setup = try SmallSetup(windows: 26)
        let options = setup.options { $0.measuring.every = 1 }
        let (plain, measuring) = try (
            setup.trainer(options), setup.trainer(options, heldOut: 2)
        )
        let (reports, none) = try plain.runMeasured()
        let (same, measured) = try measuring.runMeasured()
        #expect(none.isEmpty && measured.count == 7)
        #expect(same == reports)
        #expect(measuring.parameters == plain.parameters)
    }

    @Test("hands out for every layer the best of all measured, and the logit lens if that is best")
    func keepsBest() throws {
        let setup = try SmallSetup(windows: 26)
        var random = TestRandom(seed: 3)
        let start = Lens(zeroFor: setup.model.configuration)
        // Of two layers the start is far worse than the logit lens, of one the steps are too long.
        for layer in 0..<2 {
            for i in 0..<start.dModel { start.bias[layer].pointer[i] = 20 * random.normal() }
        }
        let options = setup.options {
            $0.measuring.every = 1
            $0.measuring.keep = .best
            $0.optimizer.learningRateScale = 40
        }
        let trainer = try setup.trainer(
            options, lens: Lens(weight: start.weight, bias: start.bias), heldOut: 2)
        let logit = try trainer.heldOut.losses(of: Lens(zeroFor: setup.model.configuration))
        let (_, measured) = try trainer.runMeasured()
        let smallest = try #require(trainer.smallestLosses)
        for layer in smallest.indices {
            let seen = measured.map { $0.scores[layer] }
            #expect(smallest[layer] == min(logit[layer], seen.min() ?? .infinity))
        }
        #expect(try trainer.heldOut.losses(of: trainer.result) == smallest)
        #expect(smallest != measured.last?.scores)
        let isLogit = smallest.indices.filter { smallest[$0] == logit[$0] }
        #expect(!isLogit.isEmpty)
        for layer in isLogit {
            #expect(trainer.result.weight[layer].elements.allSatisfy { $0 == 0 })
            #expect(trainer.result.bias[layer].elements.allSatisfy { $0 == 0 })
        }
        #expect(throws: LensError.nothingHeldOut(windows: 26, window: 16)) {
            try setup.trainer(options)
        }
    }

    @Test("a lens that is broken from the start is not measured")
    func brokenStart() throws {
        let setup = try SmallSetup(windows: 26)
        let start = Lens(zeroFor: setup.model.configuration)
        start.bias[1].fill(.infinity)
        #expect(throws: LensError.notFinite(blocks: 2)) {
            try setup.trainer(setup.options(), lens: start, heldOut: 2).measure()
        }
    }

    @Test("with zero translators the last layer's KL is 0, and stays so")
    func lastLayer() throws {
        let setup = try SmallSetup()
        for report in try setup.trainer(setup.options()).run() {
            #expect(abs(report.loss[SmallModel.nLayers - 1]) < 1e-6)
        }
    }

    @Test("every optimizer and objective lowers the loss")
    func learns() throws {
        let setup = try SmallSetup(windows: 80)
        for optimizer in LensOptimizer.Kind.allCases {
            let options = setup.options {
                $0.text.steps = 20
                $0.optimizer.kind = optimizer
                $0.optimizer.learningRateScale = optimizer == .adam ? 5 : 1
            }
            let reports = try setup.trainer(options).run()
            #expect(reports[19].loss[0] < 0.9 * reports[0].loss[0], "\(optimizer)")
        }
    }

    @Test("Muon turns every direction of a translator by the rate, and leaves the last layer alone")
    func muonStep() throws {
        let setup = try SmallSetup()
        let trainer = try setup.trainer(
            setup.options {
                $0.text.steps = 1
                $0.optimizer.kind = .muon
                $0.optimizer.learningRateScale = 2
            })
        _ = try trainer.run()
        let streams = try setup.model.capturedStreams(
            TokenBatch((0..<4).map { setup.windows[$0] }))
        let final = streams[SmallModel.nLayers - 1].elements
        let squares = final.reduce(0) { $0 + Double($1) * Double($1) }
        let biasRate = 0.1 * 0.01 * (squares / Double(final.count)).squareRoot()
        for layer in 0..<SmallModel.nLayers - 1 {
            // The singular values of an orthogonalized matrix lie around 1.
            let weight = trainer.lens.weight[layer].elements
            let norm = weight.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let mean = norm / Double(SmallModel.dModel).squareRoot()
            #expect(mean > 0.7 * 0.01 && mean < 1.2 * 0.01, "\(mean)")
            // Adam's first step moves every bias by its rate.
            let biases = trainer.lens.bias[layer].elements
            #expect(biases.allSatisfy { abs(Double(abs($0)) / biasRate - 1) < 1e-2 })
        }
        let last = SmallModel.nLayers - 1
        #expect(trainer.lens.weight[last].elements.allSatisfy { $0 == 0 })
        #expect(trainer.lens.bias[last].elements.allSatisfy { $0 == 0 })
    }

    @Test("Muon adapts its rates: a first one ten times too small or too large hardly matters")
    func adaptedRates() throws {
        let setup = try SmallSetup(windows: 200)
        func loss(_ scale: Double) throws -> Double {
            let options = setup.options {
                $0.text.steps = 50
                $0.optimizer.kind = .muon
                $0.text.mixesPositions = true
                $0.optimizer.momentum = 0.8
                $0.optimizer.learningRateScale = scale
            }
            let reports = try setup.trainer(options).run()
            return reports.suffix(10).reduce(0) { $0 + $1.loss[0] } / 10
        }
        let usual = try loss(1)
        for scale in [0.1, 10] {
            let other = try loss(scale)
            #expect(other < 1.1 * usual, "\(scale): \(other) against \(usual)")
        }
    }

    @Test(
        "mixed positions are those of the windows, each once, in other steps",
        arguments: [nil, 5, 1])
    func mixes(pool: Int?) throws {
        let setup = try SmallSetup()
        func losses(_ mixes: Bool, seed: UInt64 = 42) throws -> [Double] {
            let options = setup.options {
                $0.text.mixesPositions = mixes
                $0.text.seed = seed
                $0.optimizer.learningRateScale = 1e-9
            }
            return try setup.trainer(options, pool: pool).run().map { $0.loss[0] }
        }
        let (plain, mixed) = (try losses(false), try losses(true))
        let ratio = mixed.reduce(0, +) / plain.reduce(0, +)
        #expect(abs(ratio - 1) < 1e-5)
        // A step takes four windows: of a pool of one window it gets whole windows.
        let largest = zip(mixed, plain).map { abs($0 / $1 - 1) }.max() ?? 0
        #expect(pool == 1 ? largest < 1e-5 : largest > 1e-3, "\(largest)")
        #expect(try losses(true) == mixed)
        #expect(try losses(true, seed: 7) != mixed)
    }

    @Test("what the closed form has read, steps need not read again, and learn the same from")
    func readsOnce() throws {
        let setup = try SmallSetup(windows: 40)
        let options = setup.options {
            $0.text.mixesPositions = true
            $0.text.positionsPerWindow = 12
            $0.text.steps = 8
        }
        let (fresh, fitted) = try (
            setup.trainer(options, heldOut: 8, pool: 20),
            setup.trainer(options, heldOut: 8, pool: 20)
        )
        let fit = try ClosedFormFit(setup.model, text: fitted.text, heldOut: fitted.heldOut)
        while !fit.isRead { try fit.advance() }
        #expect(fit.windowsSeen == 32)
        #expect(try fitted.run() == fresh.run())
        #expect(fitted.parameters == fresh.parameters)
    }

    @Test("with biases alone the weights stay zero")
    func biasOnly() throws {
        let setup = try SmallSetup()
        let trainer = try setup.trainer(setup.options { $0.optimizer.biasOnly = true })
        let reports = try trainer.run()
        #expect(trainer.lens.weight.elements.allSatisfy { $0 == 0 })
        #expect(trainer.lens.bias.elements.contains { $0 != 0 })
        #expect(reports[5].loss[0] < reports[0].loss[0])
    }

    @Test("the same seed gives the same bytes, another seed another order")
    func seeds() throws {
        let setup = try SmallSetup()
        func parameters(_ seed: UInt64) throws -> [Float] {
            let trainer = try setup.trainer(setup.options { $0.text.seed = seed })
            _ = try trainer.run()
            return trainer.parameters
        }
        let first = try parameters(1)
        #expect(try parameters(1) == first)
        #expect(try parameters(2) != first)
    }

    @Test("the learning rate rises over the warm-up and falls to nothing")
    func schedule() {
        var options = LensTrainingOptions()
        #expect(options.schedule.rate(step: 0) == 1 - 0.9)
        #expect(abs(options.schedule.rate(step: 125) - 0.05) < 1e-12)
        options.optimizer.kind = .adam
        let rates = (0..<250).map { options.schedule.rate(step: $0) }
        #expect(rates.firstIndex(of: rates.max() ?? 0) == 50)
        #expect(abs((rates.max() ?? 0) - 1e-3) < 1e-12)
        #expect(rates[0] > 0 && rates[249] > 0 && rates[249] < 1e-5)
        options.optimizer.warmupSteps = 0
        #expect(options.schedule.rate(step: 0) == 1e-3)
    }

    @Test("refuses too little data and steps of no whole number of windows")
    func badOptions() throws {
        let setup = try SmallSetup(windows: 23)
        #expect(throws: LensError.tooLittleData(windows: 23, needed: 24, window: 16)) {
            try setup.trainer(setup.options())
        }
        #expect(throws: LensError.tokensPerStep(tokens: 40, window: 16)) {
            try setup.trainer(setup.options { $0.text.tokensPerStep = 40 })
        }
    }

    @Test("refuses a shift that leaves no label in a window")
    func tokenShift() throws {
        let setup = try SmallSetup()
        #expect(throws: LensError.tokenShift(shift: 16, window: 16)) {
            try setup.trainer(setup.options { $0.objective.tokenShift = 16 })
        }
    }

    @Test("a lens that its last update destroyed is not handed out")
    func divergesAtLastStep() throws {
        let setup = try SmallSetup()
        let trainer = try setup.trainer(
            setup.options {
                $0.text.steps = 1
                $0.optimizer.learningRateScale = .infinity
            })
        #expect(throws: LensError.diverged(step: 1, blocks: 1)) { try trainer.run() }
    }

    @Test("nor is one whose parameters are finite and what it gives is not")
    func overflowsAfterLastStep() throws {
        let setup = try SmallSetup()
        let trainer = try setup.trainer(
            setup.options {
                $0.text.steps = 1
                $0.optimizer.kind = .adam
                $0.optimizer.warmupSteps = 0
                $0.optimizer.learningRateScale = 3.3e40
            })
        #expect(throws: LensError.diverged(step: 1, blocks: 1)) { try trainer.run() }
        let elements = Array(trainer.lens.weight.elements)
        #expect(elements.allSatisfy { $0.isFinite })
    }

    @Test("a lens that gives no numbers from the start is to blame itself")
    func diverges() throws {
        let setup = try SmallSetup()
        let start = Lens(zeroFor: setup.model.configuration)
        start.bias.fill(.infinity)
        let trainer = try setup.trainer(setup.options(), lens: start)
        #expect(throws: LensError.notFinite(blocks: 1)) { try trainer.run() }
    }
}
