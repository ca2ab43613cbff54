import Base
import Foundation
import Plotting
import Reports
import Results
import Testing

@Suite("Figures of trainings")
struct TrainingFigureTests {
    /// `folder/NAME/train.jsonl` with so many steps; of a lens with several blocks.
    private func curves(_ names: [String], blocks: Int) throws -> [TrainingCurve] {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("training-figure-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try names.map { name in
            try createFolder(join(folder, name))
            let losses = (1...blocks).map { "\(1 / Double($0))" }.joined(separator: ", ")
            let text = """
                {"step": 0, "held_out": [\(losses)]}
                {"step": 1, "loss": [\(losses)]}
                {"step": 2, "loss": [\(losses)]}

                """
            try writeFile(Data(text.utf8), to: join(folder, "\(name)/train.jsonl"))
            return try TrainingCurve(join(folder, name))
        }
    }

    private func svg(_ figure: TrainingFigure) throws -> String {
        String(decoding: try figure.file(as: .svg, dpi: 100, command: "lens plot"), as: UTF8.self)
    }

    @Test("of a single lens every block is a line, of several each lens")
    func lines() throws {
        func strokes(_ figure: TrainingFigure) throws -> Int {
            // Lines alone have round joints.
            try svg(figure).matches(of: /stroke-linejoin:round/).count
        }
        // The held-out mark of one measurement has no line.
        #expect(try strokes(TrainingFigure(curves(["a"], blocks: 7))) == 7)
        // Two lines, and of each a sample in the legend, as of the two measurements.
        #expect(try strokes(TrainingFigure(curves(["a", "b"], blocks: 7))) == 6)
    }

    @Test("a table of where losses began and ended")
    func table() throws {
        let table = TrainingFigure(try curves(["a", "b"], blocks: 2)).table
        #expect(
            table == """
                   steps  first loss  last loss  held out
                a      2      0.7500     0.7500    0.7500
                b      2      0.7500     0.7500    0.7500
                """)
    }

    @Test("names are those of folders, as long as they tell trainings apart")
    func names() throws {
        let table = TrainingFigure(try curves(["a/run", "b/run", "other"], blocks: 1)).table
        let names = table.split(separator: "\n").dropFirst().map { $0.prefix { $0 != " " } }
        #expect(names[0].hasSuffix("a/run") || names[0].hasSuffix("…"))
        #expect(names[0] != names[1] && names[2] == "other")
    }

    @Test("losses that a logarithmic axis has no place for are told")
    func notes() throws {
        let figure = TrainingFigure(try curves(["a"], blocks: 2), scale: .log10)
        #expect(figure.notes.isEmpty)
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("training-figure-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try createFolder(folder)
        let text = "{\"step\": 1, \"loss\": [1, 1e-9]}\n{\"step\": 2, \"loss\": [\"NaN\", 0]}\n"
        try writeFile(Data(text.utf8), to: join(folder, "train.jsonl"))
        let lacking = TrainingFigure([try TrainingCurve(folder)], scale: .log10)
        #expect(
            lacking.notes == [
                "block 1: 1 of 2 points has no finite loss above 1e-07 and so no place",
                "block 2: 2 of 2 points have no finite loss above 1e-07 and so no place",
            ])
    }

    @Test("a figure names its files by their hashes")
    func metadata() throws {
        let curves = try curves(["a"], blocks: 1)
        let svg = try svg(TrainingFigure(curves, labels: ["A model"], title: "T & t"))
        #expect(svg.contains("Training 1 file_sha256: \(curves[0].sha256)"))
        #expect(svg.contains("Training 1 label: A model"))
        #expect(svg.contains("<title>T &amp; t</title>"))
        #expect(svg.contains("Software: StateLens"))
    }
}
