import Base
import Foundation
import Results
import Testing
import TestSupport
import Training

struct TrainingLogTests {
    private struct Step: TrainingReport, Equatable {
        let step: Int
        let loss: Double
    }

    private typealias Scores = HeldOutMeasurement<[Double]>

    private let folder: TemporaryFolder
    private var log: TrainingLog { TrainingLog(folder: folder.path) }

    init() throws { folder = try TemporaryFolder() }

    private func fill() throws {
        try log.begin()
        try log.append(Scores(step: 0, scores: [3, 2]))
        for step in 1...3 { try log.append(Step(step: step, loss: 1 / Double(step))) }
        try log.append(Scores(step: 3, scores: [2, 1]))
    }

    @Test("gives steps and measurements back, each kind in order")
    func kinds() throws {
        try fill()
        #expect(try log.reports(Step.self).map(\.step) == [1, 2, 3])
        #expect(
            try log.reports(Scores.self)
                == [Scores(step: 0, scores: [3, 2]), Scores(step: 3, scores: [2, 1])])
        let first = try readFile(folder("train.jsonl")).split(separator: UInt8(ascii: "\n"))[0]
        #expect(String(decoding: first, as: UTF8.self) == #"{"held_out":[3,2],"step":0}"#)
    }

    @Test("is cut after a step, byte for byte, without a line that was half written")
    func cut() throws {
        try fill()
        let whole = try readFile(folder("train.jsonl"))
        try log.keep(through: 3)
        #expect(try readFile(folder("train.jsonl")) == whole)
        try writeFile(whole + Data(#"{"loss":0.2,"st"#.utf8), to: folder("train.jsonl"))
        try log.keep(through: 2)
        try log.append(Step(step: 3, loss: 1 / 3.0))
        try log.append(Scores(step: 3, scores: [2, 1]))
        #expect(try readFile(folder("train.jsonl")) == whole)
    }

    @Test("a log that was lost begins anew")
    func lost() throws {
        try log.keep(through: 2)
        try log.append(Step(step: 3, loss: 1))
        #expect(try log.reports(Step.self) == [Step(step: 3, loss: 1)])
    }

    @Test("a line that finds no room is kept, and none is written in part")
    func noRoom() throws {
        let log = log
        try log.begin()
        try log.append(Step(step: 1, loss: 1))
        let path = folder("train.jsonl")
        let before = try readFile(path)
        unlink(path)
        try createFolder(path)
        for step in 2...3 {
            #expect(throws: FileError.self) { try log.append(Step(step: step, loss: 1)) }
        }
        rmdir(path)
        try writeFile(before, to: path)
        try log.append(Step(step: 4, loss: 1))
        #expect(try log.reports(Step.self).map(\.step) == [1, 2, 3, 4])
    }
}
