import Results
import Tokenization

/// The tokens that a page names, each once.
struct PageTokens {
    /// Id, the token as it is shown, and the token itself where that is not what is shown with `·` for a space.
    struct Entry: Encodable {
        let id: Int
        let label: String
        let text: String?

        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(id)
            try list.encode(label)
            if let text { try list.encode(text) }
        }
    }

    private(set) var entries: [Entry] = []
    private var indices: [Key: Int] = [:]

    /// Canonically equal texts are not the same token.
    private struct Key: Hashable {
        let id: Int
        let text: [UInt8]
    }

    mutating func index(_ id: Int, _ text: String) -> Int {
        let key = Key(id: id, text: Array(text.utf8))
        if let index = indices[key] { return index }
        let label = readable(text)
        let isPlain = label.replacing("·", with: " ").utf8.elementsEqual(text.utf8)
        indices[key] = entries.count
        entries.append(Entry(id: id, label: label, text: isPlain ? nil : text))
        return entries.count - 1
    }
}

/// Of every cell up to `count` tokens with a number each.
struct PageList: Encodable {
    let count: Int
    let tokens: PageNumbers.Place
    let values: PageNumbers.Place

    /// - Parameters:
    ///   - cells: indices of tokens, and their numbers.
    ///   - store: how the numbers are kept.
    init(
        _ cells: [[(token: Int, value: Double)]],
        _ store: (inout PageNumbers, [Double?]) -> PageNumbers.Place,
        _ numbers: inout PageNumbers
    ) {
        let count = cells.map(\.count).max() ?? 0
        func filled<Value>(_ value: (Int, Double) -> Value) -> [Value?] {
            cells.flatMap { cell in
                cell.map { value($0.token, $0.value) }
                    + [Value?](repeating: nil, count: count - cell.count)
            }
        }
        self.count = count
        tokens = numbers.integers(filled { token, _ in token })
        values = store(&numbers, filled { _, value in value })
    }
}

/// What blocks write, a row for each branch.
struct PageBranches: Encodable {
    let rows: [Row]
    let whole: String
    /// `[rows][positions]`.
    let norm: PageNumbers.Place
    let targetEffect: PageNumbers.Place
    /// In nats, `[rows][positions][count]`.
    let promoted: PageList
    let suppressed: PageList

    struct Row: Encodable {
        let block: Int
        let branch: String
    }

    init(
        _ branches: [BranchReading], _ page: inout PageTokens, _ numbers: inout PageNumbers
    ) {
        rows = branches.map { Row(block: $0.block, branch: $0.branch) }
        whole = BranchReading.wholeBlock
        norm = numbers.floats(branches.flatMap(\.norm))
        targetEffect = numbers.floats(branches.flatMap(\.targetEffect))
        func cells(_ effects: [[TokenEffect]]) -> [[(token: Int, value: Double)]] {
            effects.map { $0.map { (page.index($0.id, $0.token), $0.effect) } }
        }
        promoted = PageList(
            cells(branches.flatMap(\.promoted)), { $0.steps($1) }, &numbers)
        suppressed = PageList(
            cells(branches.flatMap(\.suppressed)), { $0.steps($1) }, &numbers)
    }
}
