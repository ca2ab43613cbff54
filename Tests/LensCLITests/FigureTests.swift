import Base
import Foundation
import Testing
import TestSupport

/// What `lens plot layers` makes of its options.
struct FigureTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (name, layers) in [("deep", 20), ("flat", 4)] {
            let rows = (1...layers).map { layer in
                let value = Double(layer) / 100
                return "\(layer): {'sum': \(value), 'total': 1, 'avg': \(value)}"
            }
            try writeFile("{\(rows.joined(separator: ", "))}", to: folder("\(name).txt"))
        }
    }

    private func plot(_ arguments: [String]) throws -> LensProcess {
        try LensProcess(["plot", "layers"] + arguments + ["--out", folder("a.svg")])
    }

    private func svg(_ arguments: String...) throws -> String {
        let run = try plot(arguments)
        #expect(run.status == 0, "\(run.errors)")
        return String(decoding: try readFile(folder("a.svg")), as: UTF8.self)
    }

    @Test("the height follows the width unless it is given")
    func proportion() throws {
        let deep = folder("deep.txt")
        #expect(try svg(deep).contains("viewBox=\"0 0 1008 432\""))
        #expect(try svg(deep, "--width", "7").contains("viewBox=\"0 0 504 216\""))
        #expect(try svg(deep, "--height", "3").contains("viewBox=\"0 0 1008 216\""))
        #expect(
            try svg(deep, "--width", "7", "--height", "5").contains("viewBox=\"0 0 504 360\""))
    }

    @Test("without provenance a figure names its program, and no file, command or hash")
    func provenance() throws {
        let deep = folder("deep.txt")
        let hash = try SHA256.hex(ofFile: deep)
        let whole = try svg(deep, "--label", "A model")
        #expect(whole.contains(hash) && whole.contains(deep) && whole.contains("lens plot layers"))
        let bare = try svg(deep, "--label", "A model", "--no-provenance", "--title", "T")
        #expect(!bare.contains(hash) && !bare.contains(folder.path) && !bare.contains("lens plot"))
        #expect(bare.contains("Software: StateLens") && bare.contains("Title: T"))
        #expect(bare.contains(">A model</text>"))
        // It is still one of ours, to be replaced.
        #expect(try plot([deep]).status == 0)
    }

    @Test("many blocks are lines, few are bars, and both can be asked for")
    func style() throws {
        // Lines alone have round joints.
        let mark = "stroke-linejoin:round"
        #expect(try svg(folder("deep.txt")).contains(mark))
        #expect(try !svg(folder("flat.txt")).contains(mark))
        #expect(try !svg(folder("deep.txt"), "--style", "bars").contains(mark))
        #expect(try svg(folder("flat.txt"), "--style", "lines").contains(mark))
        #expect(
            try svg(folder("flat.txt"), folder("deep.txt"), "--axis", "relative").contains(mark))
    }

    @Test(
        "what cannot be drawn together says so",
        arguments: [
            (["--axis", "relative", "--style", "bars"], "--axis relative has no bars"),
            (["--axis", "relative", "--blocks", "2"], "--blocks has numbers of blocks"),
            (["--tasks", "qa1"], "does not list what was read at each prompt"),
            (["--tasks", "qa77"], "qa77"),
            (["--average", "median"], "does not list what was read at each prompt"),
            (["--metric", "kl"], "has no kl of any layer"),
            (["--unit", "bits-per-byte"], "has nothing in bits per byte"),
            (["--lens", "tuned"], "has no values through the tuned lens"),
        ])
    func refusals(arguments: [String], sentence: String) throws {
        let run = try plot([folder("flat.txt")] + arguments)
        #expect(run.status == 64 && run.errors.contains(sentence), "\(run.errors)")
    }
}
