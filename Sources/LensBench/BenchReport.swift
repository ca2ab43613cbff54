import Base
import Foundation
import Kernels
import Reports

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

    /// Whether a file holds what `json` gives.
    static func isReport(_ path: String) -> Bool {
        struct Report: Decodable {
            let limits: [String: Double]
            let kernels: String
        }
        return (try? decodeJSON(Report.self, from: path)) != nil
    }

    /// Nested objects, one level for each part of a path.
    func json() throws -> Data {
        var tree = JSONTree.object([:])
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
        tree["threads"] = .integer(Threads.count)
        return try encodeJSON(tree)
    }
}

/// A JSON value whose parts are set by dotted paths.
enum JSONTree: Encodable {
    case number(Double)
    case integer(Int)
    case text(String)
    case object([String: JSONTree])

    subscript(path: String) -> JSONTree? {
        get {
            guard case .object(let members) = self else { return nil }
            let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
            return parts.count == 1 ? members[path] : members[parts[0]]?[parts[1]]
        }
        set {
            guard case .object(var members) = self else {
                preconditionFailure("'\(path)' set inside what is no object")
            }
            let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
            if parts.count == 1 {
                members[path] = newValue
            } else {
                members[parts[0], default: .object([:])][parts[1]] = newValue
            }
            self = .object(members)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .object(let members): try container.encode(members)
        }
    }
}
