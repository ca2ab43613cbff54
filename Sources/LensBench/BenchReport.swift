import Base
import Kernels
import Reports
import Results

/// Everything that a run measured, as a table and as JSON.
struct BenchReport {
    let shape: ShapeOptions
    let limits: [(machineLimit: MachineLimit, rate: Double)]
    let readings: [Reading]
    /// What was not measured, and why.
    let leftOut: [(title: String, reason: String)]

    private static let billion = 1e9

    /// For a terminal.
    var table: String {
        let head = [
            "\(shape.title)",
            "\(Machine.cpu), threads: \(Threads.count), kernels: \(KernelPath.name)",
            BLAS.description,
        ]
        var table = TextTable(["", "speed", "of limit", "limit"], textColumns: [0, 3])
        for (machineLimit, rate) in limits {
            let speed = "\(threeDigits(rate / Self.billion)) \(machineLimit.unit)"
            table.add(["limit: \(machineLimit.title)", speed, "", ""])
        }
        for reading in readings {
            let ratio = reading.ratio.map { "\(Int(($0 * 100).rounded()))%" } ?? ""
            table.add([reading.title, reading.measure.text(reading.rate), ratio, reading.note])
        }
        for (title, reason) in leftOut { table.add([title, "-", "", reason]) }
        table.add(["peak memory", "\(threeDigits(Self.peakGigabytes)) GB", "", "all of this run"])
        return (head + ["", table.text]).joined(separator: "\n")
    }

    private static var peakGigabytes: Double { Double(Machine.peakMemory) / billion }

    /// Whether a file holds what `document` gives.
    static func isReport(_ path: String) -> Bool { (try? BenchmarkReport(path: path)) != nil }

    var document: BenchmarkReport {
        var tree = BenchmarkReport()
        for (machineLimit, rate) in limits {
            tree["limits.\(machineLimit.key)"] = .number(rate / Self.billion)
        }
        for reading in readings {
            let value = reading.measure.value(reading.rate)
            tree["\(reading.path).\(reading.measure.key)"] = .number(value)
            if let ratio = reading.ratio { tree["\(reading.path).ratio"] = .number(ratio) }
        }
        tree["peak_rss_gb"] = .number(Self.peakGigabytes)
        tree["shape"] = shape.json
        tree["cpu"] = .text(Machine.cpu)
        tree["kernels"] = .text(KernelPath.name)
        tree["blas"] = .text(BLAS.description)
        tree["threads"] = .number(Double(Threads.count))
        return tree
    }
}
