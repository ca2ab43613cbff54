import ArgumentParser
import CommandSupport
import Foundation
import Plotting

/// How a figure looks, whatever it shows.
struct FigureOptions: ParsableArguments {
    @Option(help: "Title above the figure. (default: none)")
    var title: String?

    @Option(
        help: ArgumentHelp(
            "Width in inches. (default: 14; of a grid of tokens, what they need)", valueName: "x"))
    var width: Double?

    @Option(
        help: ArgumentHelp(
            "Height in inches. (default: 3/7 of the width; of a grid, what its rows need)",
            valueName: "x"))
    var height: Double?

    @Option(help: ArgumentHelp("Resolution of a PNG in pixels per inch.", valueName: "x"))
    var dpi = 300.0

    @Flag(help: "Leave command, files and hashes out of the figure, as for a blind review.")
    var noProvenance = false

    /// Of a chart.
    var size: FigureSize {
        let width = width ?? 14
        return FigureSize(width: width, height: height ?? width * 3 / 7)
    }

    /// The command line as the figure records it; nil if it is to say nothing.
    var command: String? { noProvenance ? nil : commandLine }

    func validate() throws {
        try requireNumber(width, "--width", 1...1000)
        try requireNumber(height, "--height", 1...1000)
        try requireNumber(dpi, "--dpi", 20...2400)
    }

    /// What the end of a name says.
    static func format(of out: String) throws -> FigureFormat {
        let name = (out as NSString).pathExtension
        guard let format = FigureFormat(rawValue: name.lowercased()) else {
            let known = FigureFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
            throw ValidationError(
                "--out \(out) names no figure format; end it in one of \(known)")
        }
        return format
    }
}
