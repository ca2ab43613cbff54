import ArgumentParser
import Base
import CommandSupport
import Corpora
import Foundation
import Plotting
import Reports
import Results

/// `lens plot`: figures from results.
struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw figures from results.",
        subcommands: [PlotLayersCommand.self, PlotTrainingCommand.self]
    )
}

/// `lens plot layers`: how probable the right answer is, layer by layer, in one to four models.
struct PlotLayersCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "layers",
        abstract: "Compare 1 to 4 results layer by layer.",
        discussion: """
            A result is the JSON file of 'lens eval babilong' or 'lens eval text', or a published \
            layer table (…-lens_eval.txt), told apart by their content. Error bars, and bands \
            around lines, are the 95% intervals of the result, where it has them. Of a text \
            the tuned lens and, paler or dashed, the logit lens are shown.

            Several seeds of one model are a folder of results, or results with one label: the \
            bar or line is their mean, its error bar or band goes from the smallest to the \
            largest, and on a bar a dot stands for each.

            Compare two models on a log scale:

              lens plot layers diffmamba.json mamba.json --log --out layers.png \\
                --label Diff-Mamba --label Mamba
              lens plot layers results/diffmamba2 results/mamba2 --log --out seeds.png
              lens plot layers text.json --metric ce --unit bits-per-byte --out text.pdf

            The blocks axis counts the blocks a state has passed, and ends with the model's own \
            output, unless that is what the lens reads after the last block. The relative axis \
            divides by the number of blocks, for models of different depths. The published axis \
            has the labels of the Diff-Mamba paper: its layer L is the state after L + 1 blocks, \
            its last layer the model's own output.

            The figure records the command, and of each result the hashes of its file, model, \
            lens and data: as text chunks (PNG), subject (PDF) or metadata (SVG). Texts in an \
            SVG are text, in the font DejaVu Sans.
            """
    )

    @Argument(
        help: "Result files, or folders of them; the first is leftmost in each group of bars.",
        completion: .file(extensions: ["json", "txt"]))
    var results: [String]

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The figure to write: FIG.png, FIG.pdf or FIG.svg.", valueName: "file"),
        completion: .file(extensions: ["png", "pdf", "svg"]))
    var out: String

    @Flag(help: "Use a logarithmic value axis.")
    var log = false

    @Option(
        help: """
            What to show: of answers probability, log-probability, rank; of text kl, ce, entropy. \
            (default: probability, kl)
            """)
    var metric: LayerMetric?

    @Option(help: "Of text: nats a token, or bits per byte. (default: nats)")
    var unit: InformationUnit?

    @Option(help: "Of text: through which lens. (default: both)")
    var lens: TextLens?

    @Option(
        help: ArgumentHelp(
            "Of answers: the prompts of these tasks alone. (default: all)",
            valueName: "qa1,qa4"))
    var tasks: String?

    @Option(
        help: """
            Of answers: the mean over prompts with its interval, or the median with the quartiles. \
            (default: mean)
            """)
    var average: PromptAverage?

    @Option(help: "Bars or lines. (default: lines for more than 16 blocks, else bars)")
    var style: LayerStyle?

    @Option(help: "How layers are numbered.")
    var axis: LayerAxis = .blocks

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Layers to show, as numbered by --axis, such as 4:13 or 1,4,8:; on the blocks axis the \
            model's output is one more than the last. (default: all)
            """, valueName: "ranges"))
    var blocks: IndexRanges?

    @Option(
        parsing: .upToNextOption,
        help: """
            Names for the legend, one a file or folder named. (default: the model's name, or the \
            file's or folder's)
            """)
    var label: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: "Colours as #RRGGBB, one a label. (default: #F5B041 #5DADE2 #147D64 #6C3483)")
    var color: [Color] = []

    @OptionGroup(title: .figure) var figure: FigureOptions

    var resultPath: String? { out }

    func validate() throws {
        let labels = label.isEmpty ? results.count : Set(label).count
        for (option, count, expected, unit) in [
            ("--label", label.count, results.count, "result"),
            ("--color", color.count, labels, "label"),
        ] where count != 0 && count != expected {
            throw ValidationError(
                "\(option) has \(counted(count, "value")), expected \(expected): one a \(unit)")
        }
        if let blank = label.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) {
            throw ValidationError("--label: name \(blank + 1) is blank, expected a name")
        }
        guard (1...4).contains(labels) else {
            throw ValidationError(
                "\(labels) models or lenses given, expected 1 to 4; seeds of one share a label")
        }
        if log && metric == .logProbability {
            throw ValidationError(
                "log-probabilities are never above 0, so --log cannot show them; drop --log")
        }
        if axis == .relative {
            guard style != .bars else {
                throw ValidationError("--axis relative has no bars; use --style lines")
            }
            guard blocks == nil else {
                throw ValidationError(
                    "--blocks has numbers of blocks; --axis relative shows all of them")
            }
        }
        _ = try FigureOptions.format(of: out)
    }

    func perform() throws -> String {
        let output = try OutputFile(out, of: "lens plot", isOurs: FigureFormat.isFigure)
        let curves = try ResultFile.curves(results, labels: label, try selection)
        var options = options
        options.numbers = try blocks?.indices(
            in: axis.numbers(of: curves), option: "--blocks", unit: "layers")
        let layers = try LayerFigure(curves, options)
        for note in layers.notes { StandardStreams.warn("lens: \(note)") }
        try output.write(
            layers.file(
                as: FigureOptions.format(of: out), dpi: figure.dpi, command: figure.command))
        return "\(try layers.table())\nfigure written to \(out)"
    }

    private var selection: CurveSelection {
        get throws {
            var selection = CurveSelection()
            selection.metric = metric
            selection.unit = unit ?? .nats
            selection.lens = lens
            selection.tasks = try tasks.map(BabilongTasks.parse)
            selection.average = average ?? .mean
            return selection
        }
    }

    private var options: LayerChartOptions {
        var options = LayerChartOptions()
        options.axis = axis
        options.style = style
        options.scale = log ? .log10 : .linear
        options.title = figure.title
        options.size = figure.size
        options.colors = color
        return options
    }
}

extension LayerMetric: ExpressibleByArgument {}
extension InformationUnit: ExpressibleByArgument {}
extension TextLens: ExpressibleByArgument {}
extension PromptAverage: ExpressibleByArgument {}
extension LayerAxis: ExpressibleByArgument {}
extension LayerStyle: ExpressibleByArgument {}

extension Color: ExpressibleByArgument {
    package init?(argument: String) { self.init(hex: argument) }
}

extension Color: DescribedValue {
    package static var expectation: String { "a colour as #RRGGBB, such as #5DADE2" }
}
