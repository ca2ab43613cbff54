import Base
import Corpora
import Foundation
import Testing
import TestSupport

@Suite struct LoadBabilongTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func record(_ name: String, task: String? = nil) -> String {
        let task = task.map { ", \"task\": \"\($0)\"" } ?? ""
        return "{\"input\": \"i \(name)\", \"question\": \"q\(name)? \", "
            + "\"target\": \"t\(name)\"\(task)}"
    }

    private func sample(_ task: String, _ index: Int, _ name: String) -> BabilongSample {
        BabilongSample(
            task: task, index: index, input: "i \(name)", question: "q\(name)? ",
            target: "t\(name)")
    }

    @Test(arguments: ["qa2/1k.json", "data/qa2/1k.json", "qa2/1k.jsonl", "data/qa2/1k.jsonl"])
    func foldersAreSearched(relative: String) throws {
        let isArray = relative.hasSuffix("json")
        let text =
            isArray
            ? "\n[\(record("1")), \(record("2"))]" : "\(record("1"))\n\n\(record("2"))\n"
        _ = try file(folder, relative, text)
        let expected = [sample("qa2", 0, "1"), sample("qa2", 1, "2")]
        #expect(try loadBabilong(data: folder.path, length: "1k", task: "qa2") == expected)
        #expect(try loadBabilong(data: folder.path + "/", length: "1k", task: "qa2") == expected)
    }

    @Test func severalTasksFollowInTheOrderAsked() throws {
        _ = try file(folder, "qa1/0k.json", "[\(record("1"))]")
        _ = try file(folder, "qa2/0k.json", "[\(record("2"))]")
        #expect(
            try loadBabilong(data: folder.path, length: "0k", tasks: ["qa2", "qa1"])
                == [sample("qa2", 0, "2"), sample("qa1", 0, "1")])
    }

    @Test func aFileMayHoldSeveralTasks() throws {
        let lines = [
            record("1", task: "qa1"), record("2", task: "qa7"), record("3", task: "qa1"),
        ]
        let path = try file(folder, "a.jsonl", lines.joined(separator: "\n"))
        #expect(
            try loadBabilong(data: path, length: "4k", task: "qa1")
                == [sample("qa1", 0, "1"), sample("qa1", 1, "3")])
        #expect(
            try loadBabilong(data: path, length: "4k", tasks: ["qa7", "qa1"]).map(\.target)
                == ["t2", "t1", "t3"])
        #expect(throws: CorpusError.noRows(path: path, task: "qa2")) {
            try loadBabilong(data: path, length: "4k", tasks: ["qa1", "qa2"])
        }
    }

    @Test func recordsWithoutATaskAreOfTheOneAskedFor() throws {
        let path = try file(folder, "a.jsonl", "\(record("1"))\n\(record("2"))")
        #expect(try loadBabilong(data: path, length: "0k", task: "qa9").map(\.index) == [0, 1])
        #expect(
            throws: CorpusError.unnamedTask(path: path, entry: 1, asked: ["qa1", "qa2"])
        ) { try loadBabilong(data: path, length: "0k", tasks: ["qa1", "qa2"]) }
        let mixed = try file(folder, "b.jsonl", "\(record("1", task: "qa1"))\n\(record("2"))")
        #expect(throws: CorpusError.unnamedTask(path: mixed, entry: 2, asked: ["qa1"])) {
            try loadBabilong(data: mixed, length: "0k", task: "qa1")
        }
    }

    /// A pipe gives its content once; to open it a second time would wait for another writer.
    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func aPipeIsReadOnce(isArray: Bool) throws {
        let rows = [record("1"), record("2")]
        let content =
            isArray
            ? "\u{FEFF}[\(rows.joined(separator: ","))]\n"
            : "\u{FEFF}\(rows.joined(separator: "\n\n"))\n"
        let pipe = folder("pipe")
        mkfifo(pipe, 0o600)
        Thread.detachNewThread { try? Data(content.utf8).write(to: URL(fileURLWithPath: pipe)) }
        #expect(
            try loadBabilong(data: pipe, length: "0k", task: "qa3")
                == [sample("qa3", 0, "1"), sample("qa3", 1, "2")])
    }

    @Test func dataThatIsNotThereIsRefused() throws {
        #expect(throws: FileError.missing(path: folder("none"))) {
            try loadBabilong(data: folder("none"), length: "0k", task: "qa1")
        }
        #expect(
            throws: CorpusError.missingTask(
                data: folder.path, task: "qa1", length: "0k",
                lookedFor: [
                    "qa1/0k.json", "data/qa1/0k.json", "qa1/0k.jsonl", "data/qa1/0k.jsonl",
                    "en-10k/qa1_*_test.txt", "en/qa1_*_test.txt", "qa1_*_test.txt",
                ])
        ) { try loadBabilong(data: folder.path, length: "0k", task: "qa1") }
        _ = try file(folder, "en/qa1_x_test.txt", "1 A.\n2 q?\tx\t1\n")
        #expect(throws: CorpusError.onlyShortestLength(data: folder.path, length: "1k")) {
            try loadBabilong(data: folder.path, length: "1k", task: "qa1")
        }
        #expect {
            try loadBabilong(data: folder.path, length: "0k", task: "qa21")
        } throws: {
            guard case .unknownTask(name: "qa21", _)? = $0 as? CorpusError else { return false }
            return true
        }
    }

    @Test func anEmptyFileHasNoRows() throws {
        for text in ["", "[]", "\n\n"] {
            let path = try file(folder, "a.json", text)
            #expect(throws: CorpusError.noRows(path: path, task: "qa1")) {
                try loadBabilong(data: path, length: "0k", task: "qa1")
            }
        }
    }

    @Test func rowsThatLackSomethingAreRefused() throws {
        let lines = try file(
            folder, "a.jsonl", "\(record("1"))\n{\"input\": \"\", \"question\": \"\"}")
        #expect(throws: CorpusError.incompleteRow(path: lines, line: 2, key: "target")) {
            try loadBabilong(data: lines, length: "0k", task: "qa1")
        }
        let number = try file(
            folder, "b.jsonl", "{\"input\": 1, \"question\": \"\", \"target\": \"\"}")
        #expect {
            try loadBabilong(data: number, length: "0k", task: "qa1")
        } throws: {
            guard case .wrongValue(number, line: 1, key: "input", _)? = $0 as? CorpusError else {
                return false
            }
            return true
        }
        let array = try file(folder, "c.json", "[\(record("1")), {\"input\": \"\"}]")
        #expect {
            try loadBabilong(data: array, length: "0k", task: "qa1")
        } throws: {
            guard case .malformedJSON(array, let reason)? = $0 as? FileError else { return false }
            return reason.contains("question")
        }
    }

    @Test(arguments: [
        "[", "[{", "{", "]", "[1]", "[\"a\"]", "3", "[null]", "{}\n[]", "\u{0}[", "\u{FEFF}x",
        String(repeating: "[", count: 200_000), String(repeating: "{\"input\":", count: 100_000),
    ])
    func whatIsNoRowsIsRefused(text: String) throws {
        let path = try file(folder, "a.json", text)
        #expect(throws: (any Error).self) {
            try loadBabilong(data: path, length: "0k", task: "qa1")
        }
    }

    @Test(arguments: ["{\"input\": \"", "\n[{\"input\": \""])
    func bytesThatAreNoTextAreRefused(start: String) throws {
        let path = try file(folder, "a.json", Array(start.utf8) + [0xC3, 0x28])
        let expected = CorpusError.invalidUTF8(
            path: path, line: start.hasPrefix("\n") ? 2 : 1, offset: start.utf8.count, byte: 0xC3)
        #expect(throws: expected) { try loadBabilong(data: path, length: "0k", task: "qa1") }
    }
}
