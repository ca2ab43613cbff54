import Base
import Foundation

/// What the system says of itself and of this process.
enum Machine {
    /// The model name of the first processor, as the kernel has it; "unknown" where it has none.
    static var cpu: String {
        guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else {
            return "unknown"
        }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("model name") }
        return line?.split(separator: ":", maxSplits: 1).last
            .map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    /// The most memory that the process has held at a time, in bytes.
    static var peakMemory: Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        // Linux counts it in KiB.
        return usage.ru_maxrss * 1024
    }
}

/// A number with the three digits that count.
func threeDigits(_ value: Double) -> String {
    switch abs(value) {
    case 100...: String(format: "%.0f", value)
    case 10...: String(format: "%.1f", value)
    case 1...: String(format: "%.2f", value)
    default: String(format: "%.3g", value)
    }
}
