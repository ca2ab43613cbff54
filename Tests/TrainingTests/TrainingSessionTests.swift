import Base
import Foundation
import Results
import Tensors
import Testing
import TestSupport
import Training

/// The loop on a training of numbers: each step takes two pieces of work and adds its number.
private final class Counting: ResumableTraining {
    struct Report: TrainingReport, Equatable {
        let step: Int
        let value: Float
    }

    struct Progress: Codable {
        var step = 0
        var pieces = 0
    }

    private(set) var progress = Progress()
    let totalSteps = 4
    let value = Tensor(1)
    private let sum = Tensor(1)
    var every: String?

    var completedSteps: Int { progress.step }
    var tokensSeen: Int { 2 * progress.step + progress.pieces }
    var totalTokens: Int { 8 }
    var isFinished: Bool { progress.step == totalSteps }
    var resultByteCount: Int { 4 }
    var tensors: [(name: String, tensor: Tensor)] { [("value", value)] }
    var gradients: [(name: String, tensor: Tensor)] { [("sum", sum)] }
    static func isBetweenSteps(_ progress: Progress) -> Bool { progress.pieces == 0 }

    func advance() -> Report? {
        sum.fill(sum.elements[0] + Float(progress.step + 1))
        progress.pieces += 1
        guard progress.pieces == 2 else { return nil }
        value.fill(value.elements[0] + sum.elements[0])
        sum.fill(0)
        progress = Progress(step: progress.step + 1)
        return Report(step: progress.step, value: value.elements[0])
    }

    func measure() -> HeldOutMeasurement<Float>? {
        progress.step.isMultiple(of: 2)
            ? HeldOutMeasurement(step: progress.step, scores: -value.elements[0]) : nil
    }

    var identity: SnapshotIdentity {
        get throws {
            try SnapshotIdentity(
                options: ["every": every ?? "none"], sources: ["data_sha256": "ab"])
        }
    }

    func flaw(in progress: Progress) -> SnapshotFlaw? {
        .outside(0...totalSteps, "step", progress.step)
    }

    func restored(_ progress: Progress) { self.progress = progress }
}

struct TrainingSessionTests {
    private let folder: TemporaryFolder
    private var out: String { folder("out") }

    init() throws { folder = try TemporaryFolder() }

    private func take(_ mode: OutputFolder.Mode = .new) throws -> OutputFolder {
        try OutputFolder(
            out,
            for: OutputFolder.Kind(
                command: "count", result: "a count", key: "count", files: ["count", "train.jsonl"]),
            mode: mode)
    }

    /// Interrupted before the piece of work of this number, from 0.
    private func makeSession(
        _ folder: OutputFolder, resumed: Bool = false, stoppedAt piece: Int = .max
    ) -> TrainingSession {
        var session = TrainingSession(
            in: folder, isResumed: resumed, snapshots: .steps(1), arguments: ["count", "-x"])
        var asked = 0
        session.isInterrupted = {
            asked += 1
            return asked > piece
        }
        return session
    }

    @Test("in memory: reports and measurements in the order in which they came")
    func inMemory() throws {
        let (session, training) = (TrainingSession(), Counting())
        var seen: [Int] = []
        try session.run(training) { seen.append($0.tokensSeen) }
        #expect(seen == Array(0...8))
        let reports = try session.log.reports(Counting.Report.self)
        #expect(reports.map(\.value) == [2, 6, 12, 20])
        let measured = try session.log.reports(HeldOutMeasurement<Float>.self)
        #expect(measured.map(\.step) == [0, 2, 4] && measured.map(\.scores) == [0, -6, -20])
    }

    @Test("interrupted anywhere, it goes on to the same log and value", arguments: 0...7)
    func resumes(piece: Int) throws {
        do {
            let folder = try take()
            #expect(throws: TrainingError.interrupted(folder: out)) {
                try makeSession(folder, stoppedAt: piece).run(Counting())
            }
        }
        let folder = try take(.resume)
        let (session, training) = (makeSession(folder, resumed: true), Counting())
        var first: Int?
        try session.run(training) { first = first ?? $0.tokensSeen }
        #expect(first == piece)
        #expect(training.value.elements[0] == 20)
        let reports = try session.log.reports(Counting.Report.self)
        #expect(reports.map(\.value) == [2, 6, 12, 20])
        #expect(
            try session.log.reports(HeldOutMeasurement<Float>.self).map(\.step) == [0, 2, 4])
        try session.finish(training) { try writeFile("20", to: join($0, "count")) }
        #expect(try readFile(join(out, "count")) == Data("20".utf8))
        #expect(!folder.hasState)
    }

    @Test("another training's snapshot is refused, with what that was called with")
    func mismatch() throws {
        do {
            let folder = try take()
            #expect(throws: TrainingError.self) {
                try makeSession(folder, stoppedAt: 3).run(Counting())
            }
        }
        let other = Counting()
        other.every = "2"
        #expect(
            throws: SnapshotError.mismatch(
                path: join(out, "snapshots/step-000001.safetensors"), key: .option("every"),
                found: "none", expected: "2", arguments: ["count", "-x"])
        ) { try makeSession(take(.resume), resumed: true).run(other) }
    }

    @Test(
        "a log that finds no room is postponed, and kept; what must be written says where the state is"
    )
    func fullDisk() throws {
        let folder = try take()
        var session = makeSession(folder)
        var told: [FileError] = []
        session.postponed = { told.append($0) }
        let log = join(folder.work, "train.jsonl")
        let error = #expect(throws: TrainingError.self) {
            try session.run(Counting()) { progress in
                // No file can be written where a folder stands.
                guard progress.completedSteps == 1, progress.tokensSeen == 2 else { return }
                unlink(log)
                try? createFolder(log)
            }
        }
        guard case .stopped(_, out) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(told.count == 1, "once for all that finds no room in a row")
        #expect(folder.hasState)
    }

    @Test("a result that cannot be written leaves the state")
    func unwritable() throws {
        let folder = try take()
        let (session, training) = (makeSession(folder), Counting())
        try session.run(training)
        let failure = FileError.unwritable(path: "x", reason: "full")
        #expect(throws: TrainingError.stopped(reason: "\(failure)", folder: out)) {
            try session.finish(training) { _ in throw failure }
        }
        #expect(folder.hasState)
    }
}
