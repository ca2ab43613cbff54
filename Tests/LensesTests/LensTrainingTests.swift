import Base
import Checkpoints
import Corpora
import Foundation
import Lenses
import Models
import Results
import Testing
import TestSupport
import Training

struct LensTrainingTests {
    /// Text enough for a plan with steps.
    private func setup() throws -> SmallSetup { try SmallSetup(windows: 100) }

    @Test("a lens by the fast recipe, as a library is used")
    func fast() throws {
        let setup = try setup()
        let training = try LensTraining(model: setup.model, text: setup.windows, recipe: .fast)
        let trained = try training.run()

        let losses = try #require(trained.heldOut)
        #expect(losses.windows == training.plan.heldOut && losses.closedForm != nil)
        for layer in 0..<SmallModel.nLayers - 1 {
            #expect(losses.end[layer] < 0.9 * losses.start[layer])
        }
        #expect(trained.lastStep?.step == training.plan.steps?.count)
        // Of all layers in one group instead of those trained, hence the rounding.
        for (again, end) in zip(try training.heldOut.losses(of: trained.lens), losses.end) {
            #expect(abs(again - end) < 1e-6)
        }
    }

    @Test("in a folder it is the same lens, written with its record, and resumed from any state")
    func inFolder() throws {
        let setup = try setup()
        func training(_ snapshots: SnapshotFolder? = nil) throws -> LensTraining {
            try LensTraining(
                model: setup.model, text: setup.windows, recipe: .fast, resuming: snapshots)
        }
        let whole = try training().run()
        let out = setup.folder("lens")
        func take(_ mode: OutputFolder.Mode) throws -> OutputFolder {
            try OutputFolder(
                out,
                for: OutputFolder.Kind(
                    command: "lens train", result: "a lens", key: "config.json",
                    files: ["params.pt", "params.safetensors", "train.jsonl", "run.json"]),
                mode: mode)
        }
        var pieces = 0
        do {
            var session = TrainingSession(in: try take(.new), snapshots: .steps(1))
            session.isInterrupted = {
                pieces += 1
                return pieces > 5
            }
            #expect(throws: TrainingError.interrupted(folder: out)) {
                try training().run(session)
            }
        }
        let session = TrainingSession(in: try take(.resume), isResumed: true)
        let origin = RunOrigin(command: "lens train", version: "1", data: ["text"])
        let resumed = try training(SnapshotFolder(in: out)).run(session, origin: origin)
        #expect(resumed.lens.sha256 == whole.lens.sha256)
        #expect(resumed.heldOut == whole.heldOut)
        #expect(resumed.firstStep == whole.firstStep)
        #expect(try LensArtifact.read(out, for: setup.model).sha256 == whole.lens.sha256)
        let record = try decodeJSON(
            LensTrainingRecord<LensTrainingOptions>.self, from: join(out, "run.json"))
        let options = try training().options
        #expect(record.options == options && record.heldOut == whole.heldOut)
        #expect(record.run.command == "lens train" && record.run.data == ["text"])
    }

    @Test("the plan says what is done: the closed form alone, steps alone, or both")
    func plans() throws {
        let setup = try setup()
        func training(_ change: (inout LensRecipe) -> Void) throws -> LensTraining {
            var recipe = LensRecipe.fast
            change(&recipe)
            return try LensTraining(model: setup.model, text: setup.windows, recipe: recipe)
        }
        let closedForm = try training { $0.fit = .closedForm }
        #expect(closedForm.plan.work == .closedForm && closedForm.options.fit == .closedForm)
        let solved = try closedForm.run()
        #expect(solved.lastStep == nil && solved.heldOut?.ridges != nil)

        let steps = try training {
            $0.fit = .gradient
            $0.steps = 3
        }
        guard case .steps = steps.plan.work else {
            Issue.record("\(steps.plan.work)")
            return
        }
        let stepped = try steps.run()
        #expect(stepped.lastStep?.step == 3 && stepped.heldOut?.closedForm == nil)

        // Too little for steps, and what is expected of it is said.
        let all = steps.plan.cost(setup.model.configuration).total
        let small = try training { $0.budget = .operations(0.3 * all) }
        #expect(small.plan.work == .closedForm)
        #expect(small.options.recipe == "fast, closed form alone")
        guard case .operations(let cost) = small.forecast else {
            Issue.record("no forecast")
            return
        }
        #expect(cost.total <= 0.3 * all && cost.steps == 0)
        #expect(throws: LensError.budgetTooSmall(window: 16)) {
            try training { $0.budget = .tokens(15) }
        }
        #expect(throws: LensError.warmup(steps: 9, of: 3)) {
            try training {
                $0.steps = 3
                $0.warmupSteps = 9
            }
        }
    }

    /// The JSON of options before they had owners.
    @Test("options stand beside each other in JSON, whoever owns them")
    func flatOptions() throws {
        var options = LensTrainingOptions()
        options.optimizer.warmupSteps = 5
        options.measuring.patience = 2
        options.budget = "9 tokens"
        options.text.positionsPerWindow = 7
        let json = """
            {"bias_only":false,"budget":"9 tokens","eval_every":0,"fit":"gradient",\
            "held_out_positions":2048,"keep":"last","loss":"kl","lr_scale":1,\
            "mixes_positions":false,"momentum":0.9,"optimizer":"sgd","patience":2,\
            "positions_per_window":7,"precision":"fp32","recipe":"published","seed":42,\
            "shuffle":true,"steps":250,"token_shift":0,"tokens_per_step":262144,\
            "warmup_steps":5,"weight_decay":0.001,"window":2048}
            """
        #expect(try encodeJSON(options, pretty: false) == Data(json.utf8))
        #expect(
            try decodeJSON(LensTrainingOptions.self, from: Data(json.utf8), path: "options")
                == options)
    }
}
