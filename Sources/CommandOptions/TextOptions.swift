import ArgumentParser
import Base
import CommandSupport
import Foundation
import Tokenization

/// Texts to read: as arguments, or in files.
package struct TextOptions: ParsableArguments {
    package init() {}

    @Argument(
        help: ArgumentHelp(
            "The text; no token is put before it. - reads standard input.", valueName: "text"))
    package var texts: [String] = []

    @Option(
        help: ArgumentHelp("A file whose whole content is a text, instead.", valueName: "file"),
        completion: .file())
    package var file: [String] = []

    package func validate() throws {
        guard !texts.isEmpty || !file.isEmpty else {
            throw ValidationError("Give a text, - for one on standard input, or --file FILE.")
        }
        for (index, text) in texts.enumerated() where text.isEmpty {
            throw ValidationError("Text \(index + 1) is empty.")
        }
    }

    /// Arguments first, then files.
    ///
    /// - Throws: `FileError`; for a file that is empty, `OptionError.emptyText`.
    package func read() throws -> [GivenText] {
        try texts.map { text in
            text == "-"
                ? try GivenText(name: "standard input", contentsOf: "-")
                : GivenText(name: text, contents: Data(text.utf8), path: nil)
        } + file.map { try GivenText(name: $0, contentsOf: $0) }
    }
}

/// One text: as the argument, or in a file.
package struct OneTextOptions: ParsableArguments {
    package init() {}

    @Argument(
        help: ArgumentHelp(
            "The text; no token is put before it. - reads standard input.", valueName: "text"))
    package var text: String?

    @Option(
        help: ArgumentHelp("A file whose whole content is the text, instead.", valueName: "file"),
        completion: .file())
    package var file: String?

    package var isGiven: Bool { text != nil || file != nil }

    package func validate() throws {
        try require(text == nil || file == nil, "Give the text or --file FILE, not both.")
    }

    /// Nil where none is given; it may be empty.
    ///
    /// - Throws: `FileError`.
    package func read() throws -> GivenText? {
        if let path = file ?? (text == "-" ? text : nil) {
            return GivenText(name: path, contents: try readFile(path), path: path)
        }
        return text.map { GivenText(name: "the text", contents: Data($0.utf8), path: nil) }
    }
}

/// A text to read, and where it comes from.
package struct GivenText: Sendable {
    /// Of an argument, the text itself.
    package let name: String
    /// UTF-8 as far as is known.
    package let contents: Data
    /// The file with it.
    package let path: String?

    /// - Throws: `TokenizationError.notUTF8`.
    package func string() throws -> String { try utf8Text(contents, of: name) }

    init(name: String, contents: Data, path: String?) {
        self.name = name
        self.contents = contents
        self.path = path
    }

    init(name: String, contentsOf path: String) throws {
        self.init(name: name, contents: try readFile(path), path: path)
        guard !contents.isEmpty else { throw OptionError.emptyText(path: path) }
    }
}
