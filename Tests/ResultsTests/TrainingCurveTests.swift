import Base
import Foundation
import Results
import Testing
import TestSupport

@Suite("Losses of trainings")
struct TrainingCurveTests {
    private func curve(_ lines: String...) throws -> TrainingCurve {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("training-curve-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try createFolder(folder)
        try writeFile(Data(lines.joined(separator: "\n").utf8), to: join(folder, "train.jsonl"))
        return try TrainingCurve(folder)
    }

    @Test("of a lens every block's, steps and measurements apart")
    func lens() throws {
        let curve = try curve(
            #"{"step": 0, "held_out": [3, 2.5]}"#, #"{"step": 1, "loss": [2, 1], "tokens": 5}"#,
            #"{"step": 2, "loss": [1.5, "NaN"], "held_out": [2, 0.5]}"#, "")
        #expect(curve.isOfLens)
        #expect(curve.steps.map(\.step) == [1, 2] && curve.heldOut.map(\.step) == [0, 2])
        #expect(curve.steps[0].losses == [2, 1] && curve.steps[0].mean == 1.5)
        #expect(curve.steps[1].losses[1].isNaN)
        #expect(curve.heldOut.map(\.losses) == [[3, 2.5], [2, 0.5]])
        #expect(curve.sha256.count == 64)
    }

    @Test("of a model one, measured as the mean over its sets")
    func model() throws {
        func score(_ loss: Double) -> String {
            #"{"name": "qa", "sequences": 1, "predictions": 2, "cross_entropy": \#(loss)}"#
        }
        let curve = try curve(
            #"{"step": 1, "loss": 4}"#, #"{"step": 1, "held_out": [\#(score(1)), \#(score(2))]}"#,
            "")
        #expect(!curve.isOfLens)
        #expect(curve.steps[0].losses == [4] && curve.heldOut[0].losses == [1.5])
    }

    @Test("what trainings report is what is read")
    func roundTrip() throws {
        func line(_ report: some TrainingReport) throws -> String {
            String(decoding: try encodeJSON(report, pretty: false), as: UTF8.self)
        }
        let step = LensTrainingStep(
            step: 1, loss: [1, 2], lossBitsPerByte: [1, 2], gradientNorm: 1, learningRate: 1,
            tokens: 4)
        let curve = try curve(
            line(HeldOutMeasurement(step: 0, scores: [2.0, 3])), line(step), "")
        #expect(curve.heldOut.map(\.losses) == [[2, 3]] && curve.steps.map(\.losses) == [[1, 2]])
    }

    @Test("a last line that is only half written is left out")
    func unfinished() throws {
        let curve = try curve(#"{"step": 1, "loss": 4}"#, #"{"step": 2, "lo"#)
        #expect(curve.steps.count == 1)
    }

    @Test(
        "what no training has written is refused with its line",
        arguments: [
            #"{"loss": 3}"#, #"{"step": -1, "loss": 3}"#, #"{"step": 1, "loss": 3}"#,
            #"{"step": 2, "loss": "many"}"#, #"{"step": 2, "loss": [3]}"#,
            #"{"step": 2, "loss": []}"#, "[]", "loss", #"{"step": 2, "held_out": [1, 2]}"#,
        ])
    func damaged(line: String) {
        #expect {
            _ = try curve(#"{"step": 1, "loss": 4}"#, line, "")
        } throws: { error in
            (error as? any UserFacingError)?.description.contains("train.jsonl:2:") == true
        }
    }

    @Test("a file without a step is no training")
    func empty() {
        for text in ["", "\n\n", "{\"step\": 3}\n"] {
            #expect {
                _ = try curve(text)
            } throws: {
                if case ResultError.noSteps = $0 { true } else { false }
            }
        }
    }
}
