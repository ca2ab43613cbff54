import Base
import Foundation

/// The part of JSON Schema, draft 2020-12, that `schemas/` uses. Keywords that it does not know fail.
package struct JSONSchema {
    package struct UnknownKeyword: Error, Equatable {
        package let keyword: String
    }

    private struct Missing: Error {
        let reference: String
    }

    /// By file name, in the folder that references are relative to.
    private let files: [String: JSONValue]
    private let root: String

    /// - Parameter name: of a file in the folder.
    package init(_ name: String, in folder: String) throws {
        files = try Dictionary(
            uniqueKeysWithValues: fileNames(in: folder).filter { $0.hasSuffix(".schema.json") }
                .map { ($0, try JSONValue(path: join(folder, $0))) })
        root = name
        guard files[name] != nil else { throw Missing(reference: name) }
    }

    /// What in a document is not as the schema says: a line for each, with its place.
    package func flaws(in document: JSONValue) throws -> [String] {
        try flaws(document, "", schema: "#", in: root)
    }

    private func flaws(
        _ value: JSONValue, _ place: String, schema reference: String, in file: String
    ) throws -> [String] {
        let parts = reference.split(
            separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let file = parts[0].isEmpty ? file : String(parts[0])
        var schema = files[file]
        for key in (parts.count > 1 ? parts[1] : "").split(separator: "/") {
            schema = schema?[String(key)]
        }
        guard let schema else { throw Missing(reference: "\(file) \(reference)") }
        return try flaws(value, place, schema, in: file)
    }

    private func flaws(
        _ value: JSONValue, _ place: String, _ schema: JSONValue, in file: String
    ) throws -> [String] {
        if case .bool(let isAllowed) = schema {
            return isAllowed ? [] : ["\(place) is not expected"]
        }
        guard case .object(let keywords) = schema else { return ["\(place): no schema"] }
        return try keywords.sorted { $0.key < $1.key }.flatMap { keyword, argument in
            try flaws(value, place, keyword, argument, keywords, in: file)
        }
    }

    private func flaws(
        _ value: JSONValue, _ place: String, _ keyword: String, _ argument: JSONValue,
        _ keywords: [String: JSONValue], in file: String
    ) throws -> [String] {
        func flaw(if isWrong: Bool) -> [String] {
            isWrong ? ["\(place.isEmpty ? "the document" : place) breaks \(keyword)"] : []
        }
        switch (keyword, argument, value) {
        case ("$schema", _, _), ("title", _, _), ("description", _, _), ("$defs", _, _): return []
        case ("$ref", .string(let reference), _):
            return try flaws(value, place, schema: reference, in: file)
        case ("type", .string(let type), _): return flaw(if: !value.types.contains(type))
        case ("type", .list(let types), _):
            return flaw(if: !types.contains { $0.isString(in: value.types) })
        case ("const", _, _): return flaw(if: value != argument)
        case ("enum", .list(let values), _): return flaw(if: !values.contains(value))
        case ("oneOf", .list(let schemas), _):
            let fitting = try schemas.count { try flaws(value, place, $0, in: file).isEmpty }
            return flaw(if: fitting != 1)
        case ("minimum", .number(let limit), .number(let number)): return flaw(if: number < limit)
        case ("maximum", .number(let limit), .number(let number)): return flaw(if: number > limit)
        case ("pattern", .string(let pattern), .string(let text)):
            return flaw(if: try text.firstMatch(of: Regex(pattern)) == nil)
        case ("minItems", .number(let limit), .list(let items)):
            return flaw(if: Double(items.count) < limit)
        case ("maxItems", .number(let limit), .list(let items)):
            return flaw(if: Double(items.count) > limit)
        case ("items", _, .list(let items)):
            return try items.enumerated().flatMap {
                try flaws($1, "\(place)[\($0)]", argument, in: file)
            }
        case ("required", .list(let names), .object(let members)):
            let missing = names.filter { name in !members.keys.contains { name == .string($0) } }
            return missing.map { "\(place) lacks \($0)" }
        case ("properties", .object(let schemas), .object(let members)):
            return try members.sorted { $0.key < $1.key }.flatMap { name, member in
                try schemas[name].map { try flaws(member, "\(place).\(name)", $0, in: file) } ?? []
            }
        case ("additionalProperties", _, .object(let members)):
            let known = keywords["properties"]
            return try members.sorted { $0.key < $1.key }.filter { known?[$0.key] == nil }
                .flatMap { name, member in
                    try flaws(member, "\(place).\(name)", argument, in: file)
                }
        // Keywords about values of another type say nothing of this one.
        case ("minimum", .number, _), ("maximum", .number, _), ("pattern", .string, _),
            ("minItems", .number, _), ("maxItems", .number, _), ("items", .object, _),
            ("required", .list, _), ("properties", .object, _), ("additionalProperties", _, _):
            return []
        default: throw UnknownKeyword(keyword: keyword)
        }
    }
}

extension JSONValue {
    fileprivate func isString(in names: Set<String>) -> Bool {
        if case .string(let name) = self { names.contains(name) } else { false }
    }
}
