/// What `lens-bench --out` writes: the machine, its limits, and of each measurement a rate and its ratio
/// to the limit, in nested objects, one level for each part of a measurement's path.
package struct BenchmarkReport: ResultDocument {
    package static let schema = "statelens/benchmarks/1"

    package enum Value: Codable, Sendable, Equatable {
        case number(Double)
        case text(String)
        case members([String: Value])

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .members(try container.decode([String: Value].self))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            case .members(let values): try container.encode(values)
            }
        }
    }

    private var values: [String: Value] = [:]

    package init() {}

    /// The value behind a dotted path.
    package subscript(path: String) -> Value? {
        get { Self.value(at: path.split(separator: ".")[...], of: values) }
        set { Self.set(newValue, at: path.split(separator: ".")[...], of: &values) }
    }

    private static func value(
        at path: ArraySlice<Substring>, of values: [String: Value]
    ) -> Value? {
        guard let first = path.first, let value = values[String(first)] else { return nil }
        if path.count == 1 { return value }
        guard case .members(let inner) = value else { return nil }
        return Self.value(at: path.dropFirst(), of: inner)
    }

    private static func set(
        _ value: Value?, at path: ArraySlice<Substring>, of values: inout [String: Value]
    ) {
        guard let first = path.first.map(String.init) else { return }
        guard path.count > 1 else { return values[first] = value }
        guard case .members(var inner) = values[first, default: .members([:])] else {
            preconditionFailure("'\(path.joined(separator: "."))' set inside what is no object")
        }
        set(value, at: path.dropFirst(), of: &inner)
        values[first] = .members(inner)
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    /// - Throws: `DecodingError` where the limits of the machine or its kernels are missing.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        _ = try container.decode([String: Double].self, forKey: Name("limits"))
        _ = try container.decode(String.self, forKey: Name("kernels"))
        for name in container.allKeys where name.stringValue != "schema" {
            values[name.stringValue] = try container.decode(Value.self, forKey: name)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for (name, value) in values { try container.encode(value, forKey: Name(name)) }
    }
}
