import ArgumentParser
import Base
import CommandSupport
import Plotting
import Reports
import Results

/// `lens plot training`: how the losses of trainings went.
struct PlotTrainingCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "training",
        abstract: "Draw the losses of 1 to 4 trainings over their steps.",
        discussion: """
            A training is the train.jsonl of 'lens train' or 'lens lm train', or the folder that \
            it lies in. Of a single lens every block's loss is a line of its own; else each \
            training is one line, which of a lens is the mean over its blocks. Marks on dashed \
            lines stand where a training was measured on held-out text or tasks; of several tasks \
            they are the mean.

              lens plot training my_lens --log --out loss.png
              lens plot training runs/mamba2 runs/diffmamba2 --out loss.pdf

            The figure records the command and the hash of each file.
            """
    )

    @Argument(
        help: "Files train.jsonl, or folders with one.",
        completion: .file(extensions: ["jsonl"]))
    var trainings: [String]

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The figure to write: FIG.png, FIG.pdf or FIG.svg.", valueName: "file"),
        completion: .file(extensions: ["png", "pdf", "svg"]))
    var out: String

    @Flag(help: "Use a logarithmic value axis.")
    var log = false

    @Option(
        parsing: .upToNextOption,
        help: "Names for the legend, one a training. (default: the names of their folders)")
    var label: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: "Colours as #RRGGBB, one a training. (default: #F5B041 #5DADE2 #147D64 #6C3483)")
    var color: [Color] = []

    @OptionGroup(title: .figure) var figure: FigureOptions

    var resultPath: String? { out }

    func validate() throws {
        guard (1...4).contains(trainings.count) else {
            throw ValidationError("\(trainings.count) trainings given, expected 1 to 4")
        }
        for (option, count) in [("--label", label.count), ("--color", color.count)]
        where count != 0 && count != trainings.count {
            throw ValidationError(
                "\(option) has \(counted(count, "value")), expected \(trainings.count): one a"
                    + " training")
        }
        _ = try FigureOptions.format(of: out)
    }

    func perform() throws -> String {
        let output = try OutputFile(out, of: "lens plot", isOurs: FigureFormat.isFigure)
        let losses = TrainingFigure(
            try trainings.map { try TrainingCurve($0) }, labels: label,
            scale: log ? .log10 : .linear, title: figure.title, size: figure.size, colors: color)
        for note in losses.notes { StandardStreams.warn("lens: \(note)") }
        try output.write(
            losses.file(
                as: FigureOptions.format(of: out), dpi: figure.dpi, command: figure.command))
        return "\(losses.table)\nfigure written to \(out)"
    }
}
