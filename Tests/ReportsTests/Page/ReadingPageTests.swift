import Base
import Foundation
import Reports
import Results
import TestSupport
import Testing

/// What a page holds, without a browser.
@Suite("The page of a reading")
struct ReadingPageTests {
    private func text(_ page: ReadingPage) throws -> String {
        String(decoding: try page.html(), as: UTF8.self)
    }

    /// What stands in an element with an id.
    private func content(_ id: String, of page: String) throws -> String {
        let start = try #require(page.range(of: "<script id=\"\(id)\""))
        let open = try #require(page[start.upperBound...].range(of: ">"))
        let end = try #require(page[open.upperBound...].range(of: "</script>"))
        return String(page[open.upperBound..<end.lowerBound])
    }

    /// What the page's script reads.
    private struct Header: Decodable {
        struct Place: Decodable {
            let kind: String
            let at, count: Int
            let low, step: Double?
        }
        struct Followed: Decodable { let logProbability, rank: Place }
        struct Reading: Decodable {
            let tokens: [Int]
            let values: [String: Place]
            let followed: [Followed]
        }
        struct Token: Decodable {
            let label: String
            let text: String?

            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                _ = try list.decode(Int.self)
                label = try list.decode(String.self)
                text = try list.decodeIfPresent(String.self)
            }
        }
        let readings: [Reading]
        let tokens: [Token]
    }

    private func header(of page: String) throws -> Header {
        try decodeJSON(Header.self, from: Data(content("header", of: page).utf8), path: "page")
    }

    @Test(
        "48 blocks and 100 positions, with all tokens that the command follows, take less than 3 MB"
    )
    func size() throws {
        var made = MadeReadings()
        (made.blocks, made.columns, made.isTuned) = (48, 100, true)
        made.followed = 230_000 / (49 * 100)
        let page = try ReadingPage([made.reading()]).html()
        #expect(page.count > 1_000_000)
        #expect(page.count < 3_000_000, "\(page.count)")
    }

    @Test("numbers are read back from the page as they were")
    func numbers() throws {
        var made = MadeReadings()
        made.followed = 3
        let reading = made.reading()
        let page = try text(ReadingPage([reading]))
        let bytes = try #require(Data(base64Encoded: content("numbers", of: page)))
        let parts = try header(of: page).readings[0]
        func word<Code: FixedWidthInteger>(_ at: Int, _: Code.Type) -> Code {
            (0..<Code.bitWidth / 8).reduce(0) { $0 | Code(bytes[at + $1]) << Code(8 * $1) }
        }
        for quantity in ReadingQuantity.allCases {
            let place = try #require(parts.values[quantity.rawValue])
            let expected = (reading.rows + [reading.output]).flatMap { $0[quantity] }
            #expect(place.kind == "float32" && place.count == expected.count)
            for (i, value) in expected.enumerated() {
                let found = Float(bitPattern: word(place.at + 4 * i, UInt32.self))
                #expect(value.map { Float($0) == found } ?? found.isNaN, "\(quantity) \(i)")
            }
        }
        for (i, token) in reading.followed.enumerated() {
            let place = parts.followed[i].logProbability
            let (low, step) = (try #require(place.low), try #require(place.step))
            let expected = token.logProbability.flatMap(\.self) + token.outputLogProbability
            #expect(place.kind == "steps" && place.count == expected.count && step < 0.0002)
            for (j, value) in expected.enumerated() {
                let found = low + step * Double(word(place.at + 2 * j, UInt16.self))
                #expect(abs(found - value) <= step * 0.501)
            }
            let ranks = parts.followed[i].rank
            #expect(ranks.kind == "uint16")
            for (j, rank) in (token.rank.flatMap(\.self) + token.outputRank).enumerated() {
                #expect(Int(word(ranks.at + 2 * j, UInt16.self)) == rank)
            }
        }
    }

    @Test("tokens neither end the script that they stand in nor are lost")
    func hostile() throws {
        var made = MadeReadings()
        made.tokens = HostileTokens.all
        made.columns = HostileTokens.all.count
        let page = try text(ReadingPage([made.reading()]))
        // Three that the page has itself.
        #expect(page.components(separatedBy: "</script").count - 1 == 3)
        #expect(!page.contains("<!--") && !page.contains("<script>alert"))
        let header = try header(of: page)
        for (column, token) in HostileTokens.all.enumerated() {
            let entry = header.tokens[header.readings[0].tokens[column]]
            let given = entry.text ?? entry.label.replacing("·", with: " ")
            #expect(given.utf8.elementsEqual(token.utf8), "\(entry.label)")
        }
    }

    @Test("a page may load nothing, and is known again as one")
    func policy() throws {
        let page = try text(ReadingPage([MadeReadings().reading()]))
        let policy = try #require(page.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/))
            .1
        #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(!policy.contains("unsafe") && !policy.contains("http"))
        // Names of formats are no addresses to load.
        let addresses = page.matches(of: /https?:\/\/[^"'` <>)]*/).map { String($0.output) }
        #expect(Set(addresses).isSubset(of: ["http://www.w3.org/2000/svg"]))
        let folder = try TemporaryFolder()
        try Data(page.utf8).write(to: URL(fileURLWithPath: folder("page.html")))
        try Data("<!doctype html>mine".utf8).write(to: URL(fileURLWithPath: folder("other.html")))
        #expect(try ReadingPage.isPage(folder("page.html")))
        #expect(try !ReadingPage.isPage(folder("other.html")))
    }

    @Test("without provenance a page names no command, file or hash")
    func anonymous() throws {
        let reading = MadeReadings().reading()
        var options = ReadingPage.Options()
        #expect(try text(ReadingPage([reading], options)).contains("lens read --file"))
        options.hasProvenance = false
        let page = try text(ReadingPage([reading], options))
        #expect(!page.contains("lens read --file") && !page.contains("0123456789abcdef"))
    }
}

enum HostileTokens {
    static let all = [
        "</script><script>alert(1)</script>", "<!--", "]]>", "\"'`${x}\\", "\u{2028}", "\u{2029}",
        "\u{202E}evil\u{2066}", "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", "\u{301}",
        "\n\n\t\r",
        "\u{0}\u{7}\u{1B}[2J", "\u{FFFD}", "", "   ", "·", "{{script}}", "日本語テキスト",
        "العربية", "👩‍👩‍👧‍👦", "=1+1", "__proto__", "&lt;b&gt;", "\u{FEFF}", "a,b;c|d",
        String(repeating: "x", count: 300), "url(#hatch)",
    ]
}
