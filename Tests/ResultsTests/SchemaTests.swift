import Base
import Foundation
import Results
import Testing
import TestSupport

/// `schemas/` describes what is written: every document with all that it can have, and those that are
/// stored in the repository.
struct SchemaTests {
    private static let folder = Repository.path("schemas")

    private func schema(_ name: String) throws -> JSONSchema {
        try JSONSchema("\(name).schema.json", in: Self.folder)
    }

    private func flaws(_ document: some ResultDocument) throws -> [String] {
        let name = document.schemaName
        let value = try JSONValue(String(decoding: document.json(), as: UTF8.self))
        return try schema(name).flaws(in: value)
    }

    @Test("every kind of document", arguments: Examples.all)
    func documents(document: any ResultDocument) throws {
        try check(document)
    }

    private func check(_ document: some ResultDocument) throws {
        #expect(try flaws(document) == [])
        #expect(try type(of: document).init(json: document.json(), path: "d") == document)
        let value = try JSONValue(String(decoding: document.json(), as: UTF8.self))
        guard case .object(let members) = value else { return }
        let schema = try schema(document.schemaName)
        for name in members.keys {
            var wrong = members
            wrong[name] = .list([.object([:])])
            #expect(try !schema.flaws(in: .object(wrong)).isEmpty, "\(name) may be anything")
        }
        var more = members
        more["more"] = .null
        #expect(try !schema.flaws(in: .object(more)).isEmpty)
    }

    @Test("the name in a schema's file is that of the type, and each type has one")
    func names() throws {
        let files = try fileNames(in: Self.folder).filter { $0.hasSuffix(".schema.json") }
        let named = try files.compactMap { file -> String? in
            let value = try JSONValue(path: join(Self.folder, file))
            guard case .string(let name)? = value["properties"]?["schema"]?["const"] else {
                return nil
            }
            #expect(name == "statelens/\(file.dropLast(".schema.json".count))/1")
            return name
        }
        #expect(Set(named) == Set(Examples.all.map { type(of: $0).schema }))
    }

    @Test(
        "what is stored in the repository",
        arguments: [
            ("lens-training", "lenses", "run.json"), ("lens-config", "lenses", "config.json"),
            ("lens-training", "notebooks-data/babi-pair", "-run.json"),
            ("babilong-result", "notebooks-data/babi-pair", "-babi.json"),
            ("babilong-result", "notebooks-data/embedded-pair/results", ".json"),
            ("model-training", "models", "run.json"),
            ("benchmarks", "notebooks-data/benchmarks", ".json"),
        ])
    func stored(name: String, place: String, ending: String) throws {
        let schema = try schema(name)
        let files = filesBelow(Repository.path(place)).filter { $0.hasSuffix(ending) }
        #expect(files.count >= 2)
        for file in files {
            let path = Repository.path(join(place, file))
            let flaws = try schema.flaws(in: JSONValue(path: path))
            #expect(flaws == [], "\(file)")
            if name == "babilong-result" { _ = try BabilongResult(path: path) }
        }
    }

    @Test(
        "the logs of the trainings stored there",
        arguments: [("lens-training-log", "lenses"), ("model-training-log", "models")])
    func logs(name: String, place: String) throws {
        let schema = try schema(name)
        for file in filesBelow(Repository.path(place)) where file.hasSuffix("train.jsonl") {
            let lines = try readFile(Repository.path(join(place, file)))
                .split(separator: UInt8(ascii: "\n"))
            // The first and the last, which have measurements.
            for line in lines.prefix(20) + lines.suffix(20) {
                let flaws = try schema.flaws(in: JSONValue(String(decoding: line, as: UTF8.self)))
                #expect(flaws == [], "\(file)")
            }
        }
    }
}

extension ResultDocument {
    /// `made-files` of `statelens/made-files/1`.
    fileprivate var schemaName: String {
        String(Self.schema.split(separator: "/")[1])
    }
}
