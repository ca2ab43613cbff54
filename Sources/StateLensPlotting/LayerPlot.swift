import Base
import Plotting
import Reports
import StateLens

/// Curves over the blocks of one model or several, as a figure: PNG, PDF or SVG by the file's name.
///
///     try LayerPlot(results: ["mamba2.json", "diffmamba2.json"]).write(to: "layers.pdf")
public struct LayerPlot {
    private let figure: LayerFigure

    /// - Parameters:
    ///   - results: files that `AnswerProbabilities.write(to:)`, `lens eval babilong` or `lens eval text` wrote,
    ///     or folders of them: several seeds of one model. Of answers their probabilities are drawn, of text
    ///     the KL divergences of both lenses from the model.
    ///   - labels: names for the legend, one for each of the results; the models' names if empty.
    ///   - isLogarithmic: whether values are on a logarithmic scale.
    public init(
        results: [String], labels: [String] = [], title: String? = nil,
        isLogarithmic: Bool = false
    ) throws(Failure) {
        var options = LayerChartOptions()
        options.title = title
        options.scale = isLogarithmic ? .log10 : .linear
        do {
            figure = try LayerFigure(
                try ResultFile.curves(results, labels: labels), options)
        } catch {
            throw Failure(error)
        }
    }

    /// What a reader of the figure should know of the results beside it, a sentence each.
    public var notes: [String] { figure.notes }

    /// - Parameter dpi: resolution of a PNG, in pixels per inch.
    public func write(to path: String, dpi: Double = 300) throws(Failure) {
        do {
            let name = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
            guard let format = FigureFormat(rawValue: name) else {
                throw FigureNameError(path: path)
            }
            try writeFile(figure.file(as: format, dpi: dpi, command: "StateLens"), to: path)
        } catch {
            throw Failure(error)
        }
    }
}

private struct FigureNameError: UserFacingError {
    let path: String
    var kind: FailureKind { .usage }
    var description: String {
        let known = FigureFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
        return "\(path): names no figure format, expected a name that ends in one of \(known)"
    }
}
