import Base
import Foundation

/// A JSON document that a command writes, and that is read again by the same type.
///
/// A file says under `schema` which document it is and in which version; `schemas/` has the JSON Schema
/// of each, which is what is written. Read is less: where a document of others or of an older version may
/// lack a key, its property is optional. A file without `schema` is of version 1, as files were before
/// there was a second.
package protocol ResultDocument: Codable, Sendable, Equatable {
    /// `statelens/NAME/VERSION`, described by `schemas/NAME.schema.json`. A key that is added leaves the
    /// version as it is, since readers pass over those that they do not know; one that goes, or means
    /// something else, gives a new one.
    static var schema: String { get }
}

extension ResultDocument {
    /// The text of the document's file: equal documents give equal bytes.
    package func json(pretty: Bool = true) throws -> Data {
        try encodeJSON(Stamped(document: self), pretty: pretty)
    }

    /// - Parameter path: where the text comes from, for messages.
    /// - Throws: `ResultError.otherDocument`; `FileError.malformedJSON` with the key that is wrong.
    package init(json: Data, path: String) throws {
        do {
            self = try decodeJSON(Stamped<Self>.self, from: json, path: path).document
        } catch let other as OtherDocument {
            throw ResultError.otherDocument(
                path: path, found: other.schema, expected: Self.schema)
        }
    }

    package init(path: String) throws {
        try self.init(json: readFile(path), path: path)
    }
}

/// A document with the key that names its schema.
private struct Stamped<Document: ResultDocument>: Codable {
    let document: Document

    enum CodingKeys: CodingKey { case schema }

    init(document: Document) { self.document = document }

    init(from decoder: any Decoder) throws {
        let schema = try decoder.container(keyedBy: CodingKeys.self)
            .decodeIfPresent(String.self, forKey: .schema)
        if let schema, schema != Document.schema { throw OtherDocument(schema: schema) }
        document = try Document(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Document.schema, forKey: .schema)
        try document.encode(to: encoder)
    }
}

/// What a file says it is, where something else was expected.
private struct OtherDocument: Error {
    let schema: String
}
