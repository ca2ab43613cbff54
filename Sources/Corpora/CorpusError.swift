import Base

/// What can be wrong with a text corpus or a bAbI or BABILong data set.
package enum CorpusError: UserFacingError, Equatable {
    case unknownSuffix(path: String, known: [String])
    case truncatedZstd(path: String, bytesRead: Int)
    case damagedZstd(path: String, reason: String)
    case zstdWindowTooLarge(path: String, limit: Int)
    case invalidUTF8(path: String, line: Int, offset: Int, byte: UInt8)
    case textTooLong(path: String, line: Int, limit: Int)
    case malformedRecord(path: String, line: Int, reason: String)
    case missingKey(path: String, line: Int, key: String, found: [String])
    case incompleteRow(path: String, line: Int, key: String)
    case wrongValue(path: String, line: Int, key: String, reason: String)
    case tooFewTokens(found: Int, window: Int, documents: Int)
    case noText(data: [String])
    case tooManyWords(data: [String], limit: Int)

    case unknownTask(name: String, known: [String])
    case repeatedTask(name: String)
    case missingTask(data: String, task: String, length: String, lookedFor: [String])
    case onlyShortestLength(data: String, length: String)
    case unnamedTask(path: String, entry: Int, asked: [String])
    case noRows(path: String, task: String)
    case malformedStory(path: String, line: Int, expected: String, found: String)
    case storyTooLong(path: String, line: Int, limit: Int)

    package var kind: FailureKind {
        switch self {
        case .unknownSuffix, .unknownTask, .repeatedTask, .onlyShortestLength: .usage
        case .missingTask, .noRows: .missingInput
        default: .badData
        }
    }

    package var description: String {
        switch self {
        case .unknownSuffix(let path, let known):
            "\(path): the name does not tell what is inside; "
                + "rename it to end in one of \(known.joined(separator: ", "))"
        case .truncatedZstd(let path, let bytesRead):
            "\(path): ends after \(bytesRead) bytes in the middle of a zstd frame; "
                + "the download or copy is incomplete, fetch it again"
        case .damagedZstd(let path, let reason):
            "\(path): not a sound zstd file: \(reason)"
        case .zstdWindowTooLarge(let path, let limit):
            "\(path): its zstd window is larger than the \(limit >> 20) MiB allowed; "
                + "compress it again without --long or with a smaller one"
        case .invalidUTF8(let path, let line, let offset, let byte):
            "\(path):\(line): byte \(byte) at offset \(offset) is not UTF-8; "
                + "convert the file to UTF-8"
        case .textTooLong(let path, let line, let limit):
            "\(path):\(line): \(limit) bytes from here on without a line feed, or in text a space, where"
                + " they could be cut; divide them into lines"
        case .malformedRecord(let path, let line, let reason):
            "\(path):\(line): not the JSON expected: \(reason)"
        case .missingKey(let path, let line, let key, let found):
            "\(path):\(line): expected the key '\(key)', found "
                + (found.isEmpty ? "none" : found.map { "'\($0)'" }.joined(separator: ", "))
                + "; name the key that holds the text"
        case .incompleteRow(let path, let line, let key):
            "\(path):\(line): no key '\(key)'"
                + (["input", "question", "target"].contains(key)
                    ? "; a row has 'input', 'question' and 'target'" : "")
        case .wrongValue(let path, let line, let key, let reason):
            "\(path):\(line): '\(key.clipped)' \(reason)"
        case .tooFewTokens(let found, let window, let documents):
            "\(counted(documents, "document", "gives", "give")) \(counted(found, "token")), less than one window of \(window); "
                + "give more text or a shorter window"
        case .noText(let data):
            "\(data.joined(separator: ", ")): not one character of text; give some to learn from"
        case .tooManyWords(let data, let limit):
            "\(data.joined(separator: ", ")): more than \(limit >> 30) GiB of words that are all different;"
                + " give less text"
        case .unknownTask(let name, let known):
            "'\(name)' is not a task; name \(known.joined(separator: ", ")), "
                + "several separated by commas, a range such as 1-5, or all"
        case .repeatedTask(let name): "task \(name) is named twice; name it once"
        case .missingTask(let data, let task, let length, let lookedFor):
            "\(data): no \(length) rows of \(task); "
                + "looked for \(lookedFor.joined(separator: ", "))"
        case .onlyShortestLength(let data, let length):
            "\(data): holds bAbI stories, which are length 0k, not \(length); "
                + "give a BABILong folder with {task}/\(length).json"
        case .unnamedTask(let path, let entry, let asked):
            "\(path): record \(entry) has no key 'task', so it cannot be told whether it is of "
                + "\(asked.joined(separator: ", ")); add the key, or ask for one task of a file "
                + "in which no record has it"
        case .noRows(let path, let task): "\(path): holds no row of \(task)"
        case .malformedStory(let path, let line, let expected, let found):
            "\(path):\(line): expected \(expected), found \(found)"
        case .storyTooLong(let path, let line, let limit):
            "\(path):\(line): the story is longer than \(limit) bytes by here; "
                + "a story ends where the line number returns to 1"
        }
    }
}
