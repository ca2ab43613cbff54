import Base
import Foundation
import Results

/// Readings as one HTML page that needs no network: its style, its script and its numbers are inside.
///
/// The numbers are typed arrays in base64, told about by a small JSON header (`PageHeader`). The page may
/// run its own script and nothing else, and load nothing: its content security policy names the hashes.
package struct ReadingPage {
    private let readings: [ReadingResult]
    private let options: Options

    /// How the page looks when it opens, and what it says of its making.
    package struct Options: Sendable {
        package var quantity = ReadingQuantity.maxProbability
        package var isLogarithmic = false
        /// Whether command, files and hashes stand in the corner.
        package var hasProvenance = true

        package init() {}
    }

    /// - Parameter readings: at least one.
    package init(_ readings: [ReadingResult], _ options: Options = Options()) {
        precondition(!readings.isEmpty, "a page of no readings")
        self.readings = readings
        self.options = options
    }

    /// The file, in UTF-8.
    package func html() throws -> Data {
        var numbers = PageNumbers()
        let header = PageHeader(readings, options, &numbers)
        let style = PackageResources.page_css
        let script = [
            PackageResources.data_js, PackageResources.scales_js, PackageResources.pens_js,
            PackageResources.sheets_js, PackageResources.grid_js, PackageResources.curves_js,
            PackageResources.panel_js, PackageResources.files_js, PackageResources.page_js,
        ].joined(separator: Array("\n".utf8))
        let parts: [String: Data] = [
            "policy": Data(Self.policy(style: style, script: Array(script)).utf8),
            "style": Data(style), "script": Data(script),
            "header": Self.inScript(try encodeJSON(header, pretty: false)),
            "numbers": numbers.bytes.base64EncodedData(),
        ]
        return Self.filled(PackageResources.page_html, with: parts)
    }

    /// Whether a file is such a page.
    package static func isPage(_ path: String) throws -> Bool {
        try MappedFile(path).withBytes { bytes in
            let start = Data(bytes.prefix(1024))
            return start.firstRange(of: Data(#"<meta name="generator" content="StateLens">"#.utf8))
                != nil
        }
    }

    /// Nothing is loaded, and of what is inside only this style and this script are used.
    private static func policy(style: [UInt8], script: [UInt8]) -> String {
        func source(_ bytes: [UInt8]) -> String {
            let hex = Array(SHA256.hex(of: bytes))
            let digest = stride(from: 0, to: hex.count, by: 2).compactMap {
                UInt8(String(hex[$0...$0 + 1]), radix: 16)
            }
            return "'sha256-\(Data(digest).base64EncodedString())'"
        }
        return """
            default-src 'none'; script-src \(source(script)); style-src \(source(style)); \
            base-uri 'none'; form-action 'none'
            """
    }

    /// JSON that does not end the element in which it stands, nor begins a comment there.
    private static func inScript(_ json: Data) -> Data {
        Data(json.flatMap { $0 == UInt8(ascii: "<") ? Array("\\u003c".utf8) : [$0] })
    }

    /// A template with `{{name}}` replaced; what is put in is not looked at again.
    private static func filled(_ template: [UInt8], with parts: [String: Data]) -> Data {
        var page = Data()
        var rest = template[...]
        while let start = rest.firstRange(of: Array("{{".utf8)),
            let end = rest[start.upperBound...].firstRange(of: Array("}}".utf8))
        {
            let name = String(decoding: rest[start.upperBound..<end.lowerBound], as: UTF8.self)
            guard let part = parts[name] else { preconditionFailure("page.html asks for \(name)") }
            page += rest[..<start.lowerBound]
            page += part
            rest = rest[end.upperBound...]
        }
        return page + rest
    }
}
