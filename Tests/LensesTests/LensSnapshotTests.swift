import Base
import Checkpoints
import Foundation
import Lenses
import Models
import Tensors
import Testing
import TestSupport
import Training

struct LensSnapshotTests {
    /// Windows of 600 tokens are taken one at a time, so a step of 4 can be left in the middle.
    private func setup() throws -> SmallSetup { try SmallSetup(windows: 12, of: 600) }

    private func options(
        _ setup: SmallSetup, _ optimizer: LensOptimizer.Kind
    ) -> LensTrainingOptions {
        setup.options {
            $0.text.steps = 3
            $0.optimizer.kind = optimizer
        }
    }

    @Test(
        "a resumed training equals an uninterrupted one, wherever it stopped",
        arguments: LensOptimizer.Kind.allCases)
    func resumes(optimizer: LensOptimizer.Kind) throws {
        let setup = try setup()
        let options = options(setup, optimizer)
        let whole = try setup.trainer(options)
        let reports = try whole.run()

        for stop in [1, 4, 6, 11] {
            let folder = try TemporaryFolder()
            let interrupted = try setup.trainer(options)
            var seen = 0
            for _ in 0..<stop where try interrupted.advance() != nil { seen += 1 }
            try interrupted.writeSnapshot(to: SnapshotFolder(in: folder.path))

            let resumed = try setup.trainer(options)
            try resumed.restore(from: SnapshotFolder(in: folder.path))
            #expect(resumed.tokensSeen == 600 * stop)
            #expect(try resumed.run() == Array(reports[seen...]))
            #expect(resumed.parameters == whole.parameters)
        }
    }

    @Test("where positions are mixed as well, in the middle of a round", arguments: 1...20)
    func resumesMixed(stop: Int) throws {
        let setup = try setup()
        let options = setup.options {
            $0.text.steps = 4
            $0.text.tokensPerStep = 1500
            $0.text.mixesPositions = true
            $0.optimizer.kind = .muon
        }
        func trainer() throws -> LensTrainer { try setup.trainer(options, pool: 4) }
        let whole = try trainer()
        let reports = try whole.run()
        let folder = try TemporaryFolder()
        let interrupted = try trainer()
        var seen = 0
        for _ in 0..<stop where try !interrupted.isFinished && interrupted.advance() != nil {
            seen += 1
        }
        try interrupted.writeSnapshot(to: SnapshotFolder(in: folder.path))
        let resumed = try trainer()
        try resumed.restore(from: SnapshotFolder(in: folder.path))
        #expect(try resumed.run() == Array(reports[seen...]))
        #expect(resumed.parameters == whole.parameters)
    }

    @Test("with measurements and the best translators as well", arguments: [2, 5, 9])
    func resumesMeasured(stop: Int) throws {
        let setup = try SmallSetup(windows: 14, of: 600)
        let options = setup.options {
            $0.text.steps = 3
            $0.measuring.every = 1
            $0.measuring.keep = .best
            $0.optimizer.learningRateScale = 30
        }
        let whole = try setup.trainer(options, heldOut: 2)
        let (reports, measured) = try whole.runMeasured()
        let folder = try TemporaryFolder()
        let interrupted = try setup.trainer(options, heldOut: 2)
        _ = try interrupted.measure()
        var seen = 0
        for _ in 0..<stop where try interrupted.advance() != nil {
            seen += 1
            _ = try interrupted.measure()
        }
        try interrupted.writeSnapshot(to: SnapshotFolder(in: folder.path))

        let resumed = try setup.trainer(options, heldOut: 2)
        try resumed.restore(from: SnapshotFolder(in: folder.path))
        let rest = try resumed.runMeasured()
        #expect(rest.0 == Array(reports[seen...]))
        #expect(rest.1 == Array(measured[(seen + 1)...]))
        #expect(resumed.smallestLosses == whole.smallestLosses)
        #expect(Array(resumed.result.weight.elements) == Array(whole.result.weight.elements))
        #expect(Array(resumed.result.bias.elements) == Array(whole.result.bias.elements))
    }

    @Test("keeps only the newest snapshot")
    func keepsNewest() throws {
        let setup = try setup()
        let trainer = try setup.trainer(options(setup, .sgd))
        let folder = try TemporaryFolder()
        try trainer.writeSnapshot(to: SnapshotFolder(in: folder.path))
        while trainer.completedSteps < 2 { _ = try trainer.advance() }
        try trainer.writeSnapshot(to: SnapshotFolder(in: folder.path))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder("snapshots"))
                == ["step-000002.safetensors"])
    }

    @Test("refuses to go on with other options, data or model")
    func mismatch() throws {
        let setup = try setup()
        let folder = try TemporaryFolder()
        try setup.trainer(options(setup, .sgd)).writeSnapshot(
            to: SnapshotFolder(in: folder.path))

        let other = try setup.trainer(options(setup, .adam))
        let error = #expect(throws: SnapshotError.self) {
            try other.restore(from: SnapshotFolder(in: folder.path))
        }
        guard case .mismatch(_, .option("optimizer"), "sgd", "adam", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        // An option that one of the two leaves out, which no file mentions then.
        let more = try setup.trainer(
            setup.options {
                $0.text.steps = 3
                $0.text.positionsPerWindow = 7
            })
        let folderOfMore = try TemporaryFolder()
        try more.writeSnapshot(to: SnapshotFolder(in: folderOfMore.path))
        for (trainer, folder) in [
            (more, folder), (try setup.trainer(options(setup, .sgd)), folderOfMore),
        ] {
            let error = #expect(throws: SnapshotError.self) {
                try trainer.restore(from: SnapshotFolder(in: folder.path))
            }
            #expect("\(String(describing: error))".contains("positions_per_window"))
        }
        // What was typed is named before what follows from it.
        let longer = try setup.trainer(setup.options { $0.text.steps = 2 })
        let ofLonger = try TemporaryFolder()
        try longer.writeSnapshot(to: SnapshotFolder(in: ofLonger.path))
        let sizes = #expect(throws: SnapshotError.self) {
            try setup.trainer(setup.options { $0.text.steps = 3 }).restore(
                from: SnapshotFolder(in: ofLonger.path))
        }
        #expect("\(String(describing: sizes))".contains("steps is 2 in the snapshot, but 3"))

        let start = Lens(zeroFor: setup.model.configuration)
        start.bias.fill(0.1)
        let otherStart = try setup.trainer(options(setup, .sgd), lens: start)
        #expect(throws: SnapshotError.self) {
            try otherStart.restore(from: SnapshotFolder(in: folder.path))
        }
        // Other blocks under the same unembedding.
        let source = try Safetensors.read(setup.folder("model.safetensors")).tensors
        let changed = source.map { name, tensor in
            (name, name.hasSuffix("mixer.D") ? StoredTensor(Tensor(tensor.shape)) : tensor)
        }
        let otherBlocks = try TemporaryFolder()
        try Safetensors.write(
            changed.sorted { $0.0 < $1.0 }, metadata: ["format": "pt"],
            to: otherBlocks("model.safetensors"))
        try writeFile(readFile(setup.folder("config.json")), to: otherBlocks("config.json"))
        let otherModel = try LensTrainer(
            LanguageModel(folder: otherBlocks.path), lens: Lens(zeroFor: setup.model.configuration),
            windows: setup.windows, options: options(setup, .sgd))
        let weights = #expect(throws: SnapshotError.self) {
            try otherModel.restore(from: SnapshotFolder(in: folder.path))
        }
        #expect("\(String(describing: weights))".contains("model_sha256 is"))

        let otherData = try SmallSetup(windows: 13, of: 600)
        #expect(throws: SnapshotError.self) {
            try otherData.trainer(options(otherData, .sgd)).restore(
                from: SnapshotFolder(in: folder.path))
        }
    }

    @Test("other data are named by their hashes, with what whom trained was called with")
    func sources() throws {
        let (setup, other) = (try setup(), try SmallSetup(windows: 13, of: 600))
        let folder = try TemporaryFolder()
        let trainer = try setup.trainer(options(setup, .sgd))
        try trainer.writeSnapshot(
            to: SnapshotFolder(in: folder.path, arguments: ["--data", "a b.txt"]))
        let resumed = try LensTrainer(
            setup.model, lens: Lens(zeroFor: setup.model.configuration),
            windows: other.windows, options: options(setup, .sgd))
        #expect(
            throws: SnapshotError.mismatch(
                path: folder("snapshots/step-000000.safetensors"),
                key: .source("windows_sha256"), found: setup.windows.sha256,
                expected: other.windows.sha256, arguments: ["--data", "a b.txt"])
        ) { try resumed.restore(from: SnapshotFolder(in: folder.path)) }
    }

    @Test("an identity has keys and values, and no words")
    func identity() throws {
        let identity = try setup().trainer(options(setup(), .sgd)).identity
        #expect(identity[.option("shuffle")] == "true")
        #expect(identity[.option("tokens_per_step")] == "2400")
        #expect(identity[.option("recipe")] == nil)
        #expect(identity[.source("token_count")] == "7200")
    }

    @Test("says that there is nothing to resume, and refuses a damaged snapshot")
    func absentOrDamaged() throws {
        let setup = try setup()
        let trainer = try setup.trainer(options(setup, .sgd))
        let folder = try TemporaryFolder()
        #expect(throws: SnapshotError.nothingToResume(folder: folder.path)) {
            try trainer.restore(from: SnapshotFolder(in: folder.path))
        }
        try writeFile("no snapshot", to: folder("snapshots/step-000001.safetensors"))
        #expect(throws: CheckpointError.self) {
            try trainer.restore(from: SnapshotFolder(in: folder.path))
        }
    }

    @Test(
        "refuses progress that no training has written",
        arguments: [
            ("step", "-1"), ("step", "2147483648"), ("positions", "-1"), ("positions", "1000000"),
            ("lossSums", "[]"), ("losses", "[]"), ("measurementsSinceBest", "[]"),
            ("smallestLosses", "[]"),
        ])
    func hostile(field: String, value: String) throws {
        let setup = try setup()
        let trainer = try setup.trainer(options(setup, .sgd))
        let folder = try TemporaryFolder()
        try trainer.writeSnapshot(to: SnapshotFolder(in: folder.path))
        let path = folder("snapshots/step-000000.safetensors")
        let content = try Safetensors.read(path)
        var metadata = content.metadata
        var progress = try #require(
            try JSONSerialization.jsonObject(with: Data((metadata["progress"] ?? "").utf8))
                as? [String: Any])
        progress[field] = try JSONSerialization.jsonObject(
            with: Data(value.utf8), options: .fragmentsAllowed)
        metadata["progress"] = String(
            decoding: try JSONSerialization.data(withJSONObject: progress), as: UTF8.self)
        try Safetensors.write(
            content.tensors.map { ($0.key, $0.value) }, metadata: metadata, to: path)
        let error = #expect(throws: SnapshotError.self) {
            try trainer.restore(from: SnapshotFolder(in: folder.path))
        }
        #expect("\(String(describing: error))".contains("\(field) is "))
    }
}
