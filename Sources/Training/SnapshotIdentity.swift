import Base
import Foundation

/// What must be equal for a training to go on from a snapshot: keys and values, the values of options,
/// hashes and counts. What people are told of them is for whom tells it.
package struct SnapshotIdentity: Sendable, Equatable {
    /// Which of its entries.
    package enum Key: Sendable, Hashable {
        /// An option's JSON key.
        case option(String)
        /// Of what was read: a hash, a number or a name.
        case source(String)
    }

    private(set) var entries: [Key: String]

    /// - Parameters:
    ///   - options: every one is an entry, under its JSON key.
    ///   - sources: of what is read, what follows from others behind them.
    package init(options: some Encodable, sources: KeyValuePairs<String, String>) throws {
        let object = try JSONSerialization.jsonObject(with: encodeJSON(options))
        entries = (object as? [String: Any] ?? [:]).reduce(into: [:]) {
            $0[.option($1.key)] = spelledValue($1.value)
        }
        for (key, value) in sources { entries[.source(key)] = value }
    }

    /// - Parameters:
    ///   - stored: a snapshot's metadata.
    ///   - expected: its sources are looked for; of options there may be others too.
    init(stored: [String: String], like expected: SnapshotIdentity) {
        let pairs = stored.map { (Key(stored: $0.key), $0.value) }.filter { key, _ in
            if case .option = key { true } else { expected[key] != nil }
        }
        entries = Dictionary(pairs) { first, _ in first }
    }

    package subscript(key: Key) -> String? {
        get { entries[key] }
        set { entries[key] = newValue }
    }

    package mutating func add(sources: [String: String]) {
        for (key, value) in sources { entries[.source(key)] = value }
    }

    /// Entries that differ, or that one of both has alone: those first that a person has typed, sizes
    /// before the options that are a share of them, options before the data that they choose, and data
    /// before what follows from them; last the hash of a configuration, of which all else tells more.
    func differences(from other: SnapshotIdentity) -> [Key] {
        Set(entries.keys).union(other.entries.keys)
            .filter { self[$0] != other[$0] }
            .sorted { ($0.place, $0.name) < ($1.place, $1.name) }
    }
}

extension SnapshotIdentity.Key {
    private static let optionPrefix = "option "

    /// As it stands in a snapshot's metadata.
    var stored: String {
        switch self {
        case .option(let name): Self.optionPrefix + name
        case .source(let name): name
        }
    }

    /// - Parameter stored: as in the metadata.
    init(stored: String) {
        self =
            stored.hasPrefix(Self.optionPrefix)
            ? .option(String(stored.dropFirst(Self.optionPrefix.count))) : .source(stored)
    }

    package var name: String {
        switch self {
        case .option(let name), .source(let name): name
        }
    }

    fileprivate var place: Int {
        let sizes = ["window", "batch", "steps", "tokens_per_step"]
        let sources = [
            "model_sha256", "start_sha256", "starting_lens", "windows_sha256", "data_sha256",
            "held_out_sha256",
        ]
        return switch self {
        case .option(let name): sizes.firstIndex(of: name) ?? sizes.count
        case .source("configuration_sha256"): .max
        case .source(let name):
            sizes.count + 1 + (sources.firstIndex(of: name) ?? sources.count)
        }
    }
}

/// Flags are numbers to Foundation.
private func spelledValue(_ value: Any) -> String {
    if let flag = value as? NSNumber, String(cString: flag.objCType) == "c" {
        return "\(flag.boolValue)"
    }
    return "\(value)"
}
