import ArgumentParser
import Base
import CommandSupport
import Foundation
import Kernels

/// `lens-bench`: speeds of StateLens beside the limits of the machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lens-bench",
        abstract: "Time the parts of StateLens against the limits of this machine.",
        discussion: """
            Makes a model of random weights in memory, needs no files, and prints how fast each \
            part runs. "of limit" compares it with what the machine was able to do right before \
            and after: the forward pass and the lens step with the rate of a large float32 matrix \
            product (sgemm) if they did nothing but their own products, the lens step in bfloat16 \
            with tiles multiplied in registers, decoding with reading all \
            weights from memory once for every token. Every number is a median.

              lens-bench --shape 370m
              lens-bench --only forward,decode --threads 1 --out forward.json
              lens-bench --only tokenizer --tokenizer tokenizer.json --text pile.txt
            """)

    @OptionGroup var shape: ShapeOptions

    @Option(
        help: ArgumentHelp(
            "What to time: forward, lens, needle, decode, tokenizer. (default: all)",
            valueName: "forward,lens,..."),
        transform: Part.list)
    var only: [Part]?

    @Flag(
        help: """
            Also time the forward pass with 512 to 8192 tokens, with a part of the blocks and with \
            1, 2, 4, ... threads; takes minutes.
            """)
    var growth = false

    @Option(
        help: ArgumentHelp("A tokenizer.json to time, on --text.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var tokenizer: String?

    @Option(
        help: ArgumentHelp("UTF-8 text for --tokenizer.", valueName: "file"), completion: .file())
    var text: String?

    @Option(help: ArgumentHelp("Timed runs of each part, after one to warm up.", valueName: "n"))
    var `repeat` = 3

    @Option(help: ArgumentHelp("Threads to use. (default: one for each core)", valueName: "n"))
    var threads: Int?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write the numbers as JSON, too; - prints them instead of the table.",
            valueName: "file"), completion: .file(extensions: ["json"]))
    var out: String?

    func validate() throws {
        try requireNumber(`repeat`, "--repeat", 1...1000)
        try requireNumber(threads, "--threads", 1...1024)
        try require(
            (tokenizer == nil) == (text == nil), "Give --tokenizer FILE and --text FILE together.")
    }

    func run() throws {
        if let threads { Threads.count = threads }
        let output = try out.map {
            try OutputFile($0, of: "lens-bench", isOurs: BenchReport.isReport)
        }
        let report = try measure()
        if out != "-" { try StandardStreams.say(report.table) }
        try output?.write(try report.document.json() + [UInt8(ascii: "\n")])
    }

    private func measure() throws -> BenchReport {
        let parts = only ?? Part.allCases
        let progress = ProgressLine()
        defer { progress.clear() }
        let meter = Meter(repeats: `repeat`, progress: progress.show)
        let (sgemm, bf16, read) = (MachineLimit.sgemm(), MachineLimit.bf16(), MachineLimit.read())
        let machineLimits = [sgemm, bf16, read]
        for machineLimit in machineLimits { meter.sample(machineLimit) }
        var readings: [Reading] = []
        func time(_ benchmark: Benchmark) throws { readings.append(try meter.measure(benchmark)) }

        // First, so that a file that cannot be used is found before the long work.
        if let tokenizer, let text, parts.contains(.tokenizer) {
            try time(Workloads.tokenizer(tokenizer, text: text))
        }
        if growth || parts.contains(where: { $0 != .tokenizer }) {
            progress.show("making the model")
            func workloads(_ precision: Precision) throws -> Workloads {
                let model = try randomModel(
                    shape.configuration, name: shape.title, precision: precision)
                return Workloads(model: model, sgemm: sgemm, bf16: bf16, read: read)
            }
            if parts.contains(.forward) { try time(workloads(.bf16).forward(tokens: 512)) }
            let workloads = try workloads(.fp32)
            if parts.contains(.forward) {
                for tokens in [128, 512, 2048] { try time(workloads.forward(tokens: tokens)) }
            }
            if parts.contains(.lens) {
                for precision in Precision.allCases {
                    try time(workloads.lensStep(precision, samples: `repeat` + 1))
                }
            }
            if parts.contains(.needle) { try time(workloads.needle()) }
            if parts.contains(.decode) { try time(workloads.decode()) }
            if growth { try workloads.growth().forEach(time) }
        }
        return BenchReport(
            shape: shape, limits: machineLimits.map { ($0, meter.limit($0)) }, readings: readings,
            leftOut: parts.contains(.tokenizer) && tokenizer == nil
                ? [("tokenizer", "left out: needs --tokenizer FILE and --text FILE")] : [])
    }
}

/// What `--only` may name.
enum Part: String, CaseIterable {
    case forward, lens, needle, decode, tokenizer

    /// Reads names with commas between them.
    static func list(_ argument: String) throws -> [Part] {
        try argument.split(separator: ",", omittingEmptySubsequences: false).map { name in
            guard let part = Part(rawValue: String(name)) else {
                let known = allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(name)' is none of \(known).")
            }
            return part
        }
    }
}

/// What is being done, on stderr where that is a terminal.
final class ProgressLine {
    private let terminal = Terminal.standardError

    /// As much of a text as fits into one line.
    func show(_ text: String) {
        guard terminal.isTerminal, let width = terminal.width else { return }
        StandardStreams.writeToStderr("\r\u{1B}[2K\(text.prefix(width - 1))")
    }

    func clear() { show("") }
}
