import Base
import Corpora
import Testing
import TestSupport

@Suite struct ProseGeneratorTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, seed: UInt64 = 1, bytes: Int = 50_000) throws -> String {
        let path = folder(name)
        let written = try writeDocuments(
            ProseGenerator(seed: seed), limit: bytes, to: path, measure: { $0.utf8.count })
        #expect(written.size >= bytes)
        return path
    }

    @Test("a .jsonl file reads back document by document, a .txt file as its whole text")
    func readsBack() throws {
        let records = try DocumentReader(paths: [write("a.jsonl")]).rest()
        #expect(records == Array(ProseGenerator(seed: 1).prefix(records.count)))
        #expect(records.dropLast().reduce(0) { $0 + $1.utf8.count } < 50_000)
        let whole = try DocumentReader(paths: [write("a.txt")]).rest()
        #expect(whole == [records.joined(separator: "\n\n\n") + "\n"])
    }

    @Test("the same seed gives the same bytes, another one others")
    func seeds() throws {
        let first = try readFile(write("a.jsonl"))
        #expect(try readFile(write("b.jsonl")) == first)
        #expect(try readFile(write("c.jsonl", seed: 2)) != first)
    }

    @Test("a name that tells no form is refused before anything is written")
    func unknownSuffix() {
        #expect(
            throws: CorpusError.unknownSuffix(path: folder("a.csv"), known: [".jsonl", ".txt"])
        ) { try write("a.csv") }
        #expect(!fileExists(folder("a.csv")))
    }

    @Test("sentences are well formed and seldom repeat")
    func variety() {
        let documents = Array(ProseGenerator(seed: 4).prefix(300))
        var sentences: [Substring] = []
        for document in documents {
            for paragraph in document.split(separator: "\n\n") {
                #expect(paragraph.last == "." && !paragraph.contains("\n"), "\(paragraph)")
                #expect(!paragraph.contains("{") && !paragraph.contains("  "), "\(paragraph)")
                #expect(!paragraph.contains(" ,") && !paragraph.contains(" ."), "\(paragraph)")
                let parts = paragraph.split(separator: ". ")
                #expect(
                    parts.allSatisfy { $0.first?.isUppercase == true || $0.first == "\"" },
                    "\(paragraph)")
                sentences += parts
            }
        }
        #expect(Set(documents).count == documents.count)
        #expect(Double(Set(sentences).count) > 0.6 * Double(sentences.count))
        let words = Set(documents.flatMap { $0.lowercased().split { !$0.isLetter } })
        #expect(words.count > 300, "\(words.count) different words")
    }

    /// Who has a thing and where it lies, followed through the text by what its sentences say.
    @Test("what somebody answers is what happened")
    func answersAreTrue() throws {
        var checked = 0
        for document in ProseGenerator(seed: 5).prefix(1500) {
            var reader = ProseReader()
            for sentence in document.replacing("\n\n", with: " ").split(separator: ". ") {
                if let (said, known) = reader.read(String(sentence)) {
                    #expect(said == known, "\(sentence) in \(document)")
                    checked += 1
                }
            }
        }
        #expect(checked > 200, "only \(checked) answers could be checked")
    }
}
