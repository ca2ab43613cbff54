import ArgumentParser
import Base
import Checkpoints
import CommandSupport
import Foundation
import Plotting
import Reports
import Results

/// A file that `lens read` writes, in the format that its name says.
struct ReadingFile {
    enum Format {
        case page, csv, npz, json
        case figure(FigureFormat)

        var isPage: Bool { if case .page = self { true } else { false } }

        init(_ path: String) throws {
            let ending = (path as NSString).pathExtension.lowercased()
            switch ending {
            case _ where isStandardOutput(path), "json": self = .json
            case "html": self = .page
            case "csv": self = .csv
            case "npz": self = .npz
            default:
                guard let format = FigureFormat(rawValue: ending) else {
                    throw ValidationError(
                        "--out \(path) names no format; end it in .html, .png, .pdf, .svg, .csv,"
                            + " .npz or .json")
                }
                self = .figure(format)
            }
        }
    }

    private enum Place {
        case file(OutputFile)
        /// What has no place for its provenance inside.
        case made(MadeFile)
    }

    /// So many cells of tokens that are followed take about 1.2 MB of a page.
    static let followedCells = 230_000

    private let format: Format
    private let place: Place

    /// Claims the place before anything is read.
    init(_ path: String, command: String) throws {
        format = try Format(path)
        let name = "lens read"
        place =
            switch format {
            case .json: .file(try OutputFile(path, of: name))
            case .page: .file(try OutputFile(path, of: name, isOurs: ReadingPage.isPage))
            case .figure: .file(try OutputFile(path, of: name, isOurs: FigureFormat.isFigure))
            case .csv, .npz: .made(try MadeFile(path, of: name, by: command, version: version))
            }
    }

    func write(
        _ readings: [ReadingResult], _ scale: ReadingScale, _ figure: FigureOptions
    ) throws {
        let content: Data =
            switch format {
            case .json:
                try readings.count == 1
                    ? readings[0].json(pretty: false)
                    : ReadingComparison(readings, command: commandLine).json(pretty: false)
            case .page: try ReadingPage(readings, pageOptions(scale, figure)).html()
            case .csv: Data(readings.csv.utf8)
            case .npz: try NumPyArchive.data(readings.numPyArrays)
            case .figure(let format):
                Data(
                    try ReadingFigure(
                        readings, scale: scale, title: figure.title, width: figure.width,
                        height: figure.height
                    ).file(as: format, dpi: figure.dpi, command: figure.command))
            }
        switch place {
        case .file(let file): try file.write(content)
        case .made(let file): try file.write(content: content)
        }
    }
    private func pageOptions(
        _ scale: ReadingScale, _ figure: FigureOptions
    ) -> ReadingPage.Options {
        var options = ReadingPage.Options()
        options.quantity = scale.quantity
        options.isLogarithmic = scale.kind == .log10
        options.hasProvenance = !figure.noProvenance
        return options
    }
}
