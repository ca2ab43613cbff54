import Kernels

/// A piece of work to time, and what the machine needs for it at least.
struct Benchmark {
    /// Where the result stands in the JSON, by dots.
    let path: String
    let title: String
    let measure: Measure
    /// Tokens, prompts or bytes that one sample gets done.
    let amount: Double
    /// The machineLimit whose rate bounds the speed, and how much of its work one sample cannot avoid.
    let limit: (machineLimit: MachineLimit, work: Double)?
    /// More to say at the end of the line.
    var note = ""
    /// How many threads to use where it is not the number of the whole run.
    var threads: Int?
    /// Does the work once.
    ///
    /// - Returns: the seconds it took, preparations left out.
    let sample: () throws -> Double
}

/// In which form a speed is told.
enum Measure {
    case tokens, prompts, bytes, timePerToken

    /// In the JSON.
    var key: String {
        switch self {
        case .tokens: "tokens_per_s"
        case .prompts: "prompts_per_s"
        case .bytes: "mb_per_s"
        case .timePerToken: "seconds_per_token"
        }
    }

    /// The number of the JSON.
    ///
    /// - Parameter rate: what was done in a second.
    func value(_ rate: Double) -> Double {
        switch self {
        case .tokens, .prompts: rate
        case .bytes: rate / 1e6
        case .timePerToken: 1 / rate
        }
    }

    func text(_ rate: Double) -> String {
        switch self {
        case .tokens: "\(threeDigits(rate)) tokens/s"
        case .prompts: "\(threeDigits(rate)) prompts/s"
        case .bytes: "\(threeDigits(rate / 1e6)) MB/s"
        case .timePerToken: "\(threeDigits(1e3 / rate)) ms a token"
        }
    }
}

/// What a benchmark came to.
struct Reading {
    let path: String
    let title: String
    let measure: Measure
    /// Median of what was done in a second.
    let rate: Double
    /// Median share of the limit that was reached; nil for what has no limit.
    let ratio: Double?
    let note: String
}

/// Times benchmarks and the limits beside them.
final class Meter {
    private let repeats: Int
    private let progress: (String) -> Void
    /// Every rate that a machineLimit reached on the run's number of threads, by its key.
    private var rates: [String: [Double]] = [:]

    /// - Parameter progress: told what is being timed.
    init(repeats: Int, progress: @escaping (String) -> Void) {
        self.repeats = repeats
        self.progress = progress
    }

    /// The median of the samples after one to warm up. Each is compared with the mean of what the
    /// limit was right before and right after it: a machine that is shared changes its speed from
    /// one second to the next, and the ratio much less.
    func measure(_ benchmark: Benchmark) throws -> Reading {
        let threads = Threads.count
        defer { Threads.count = threads }
        Threads.count = benchmark.threads ?? threads
        progress("\(benchmark.title): warming up")
        _ = try benchmark.sample()
        var (speeds, ratios): ([Double], [Double]) = ([], [])
        var before = benchmark.limit.map { rate(of: $0.machineLimit, for: benchmark) }
        for number in 1...repeats {
            progress("\(benchmark.title): \(number) of \(repeats)")
            let time = try benchmark.sample()
            speeds.append(benchmark.amount / time)
            guard let (machineLimit, work) = benchmark.limit, let earlier = before else { continue }
            let after = rate(of: machineLimit, for: benchmark)
            ratios.append(work / time / ((earlier + after) / 2))
            before = after
        }
        return Reading(
            path: benchmark.path, title: benchmark.title, measure: benchmark.measure,
            rate: median(speeds), ratio: ratios.isEmpty ? nil : median(ratios),
            note: benchmark.note)
    }

    private func rate(of machineLimit: MachineLimit, for benchmark: Benchmark) -> Double {
        let rate = machineLimit.rate()
        if benchmark.threads == nil { rates[machineLimit.key, default: []].append(rate) }
        return rate
    }

    /// Samples a limit by itself, for its own sake.
    func sample(_ machineLimit: MachineLimit) {
        progress(machineLimit.title)
        _ = machineLimit.rate()
        rates[machineLimit.key] = (0..<max(3, repeats)).map { _ in machineLimit.rate() }
    }

    /// Median of all samples, operations or bytes a second.
    func limit(_ machineLimit: MachineLimit) -> Double { median(rates[machineLimit.key] ?? []) }
}

func median(_ values: [Double]) -> Double {
    precondition(!values.isEmpty, "the median of nothing")
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
