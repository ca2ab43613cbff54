import Foundation
import Reports
import Results
import Testing

/// A page in the browser of the suite, by what a reader sees and does.
struct OpenPage {
    let browser: Browser
    let readings: [ReadingResult]

    init(
        _ readings: [ReadingResult], _ options: ReadingPage.Options = .init(), width: Int = 1400,
        height: Int = 900
    ) async throws {
        self.readings = readings
        browser = try #require(Browser.current)
        let path = browser.folder("page-\(UUID().uuidString).html")
        try ReadingPage(readings, options).html().write(to: URL(fileURLWithPath: path))
        try await browser.resize(width: width, height: height)
        _ = try await browser.requests()
        try await browser.open("file://\(path)")
    }

    /// Where the middle of a cell is in the window, once it is scrolled into view.
    private func place(row: Int, column: Int, pane: Int) async throws -> (x: Double, y: Double) {
        let script = """
            const pane = panes[\(pane)], { width, height, side, top } = pane.sizes;
            pane.reveal({ row: \(row), column: \(column) });
            const frame = pane.scroller.getBoundingClientRect();
            return [frame.left + 1 + side + (\(column) + 0.5) * width - pane.scroller.scrollLeft,
              frame.top + 1 + top + (\(row) + 0.5) * height - pane.scroller.scrollTop];
            """
        let place = try #require(try await browser.run(script) as? [NSNumber])
        return (place[0].doubleValue, place[1].doubleValue)
    }

    func hover(row: Int, column: Int, pane: Int = 0) async throws {
        let (x, y) = try await place(row: row, column: column, pane: pane)
        try await browser.point(x: x, y: y)
    }

    func click(row: Int, column: Int, pane: Int = 0) async throws {
        let (x, y) = try await place(row: row, column: column, pane: pane)
        try await browser.point(x: x, y: y, clicks: true)
    }

    /// The visible text of an element.
    func text(_ selector: String) async throws -> String {
        try await browser.string("document.querySelector('\(selector)').innerText")
    }

    func count(_ selector: String) async throws -> Int {
        Int(try await browser.number("document.querySelectorAll('\(selector)').length"))
    }

    /// Chooses from a menu as its user does: what the page hears is the same.
    func choose(_ id: String, _ value: String) async throws {
        try await browser.run(
            """
            const menu = document.getElementById('\(id)');
            if (![...menu.options].some(option => option.value === '\(value)'))
              throw new Error('no \(value) in \(id)');
            menu.value = '\(value)';
            menu.dispatchEvent(new Event('change', { bubbles: true }));
            """)
    }

    /// The cell that the keys move.
    func focus() async throws -> [Int] {
        let numbers = try await browser.run("return [state.focus.row, state.focus.column]")
        return (numbers as? [NSNumber])?.map(\.intValue) ?? []
    }

    /// The numbers of a grid, nil for those that are hatched.
    func values(pane: Int = 0) async throws -> [[Double?]] {
        let rows = try await browser.run(
            """
            const { sheet } = panes[\(pane)];
            return sheet.rows.map((_, row) => Array.from({ length: sheet.columns }, (_, column) =>
              isNaN(sheet.value(row, column)) ? null : sheet.value(row, column)));
            """)
        return (rows as? [[Any]])?.map { $0.map { ($0 as? NSNumber)?.doubleValue } } ?? []
    }

    /// The tokens in a grid's cells, as they are written there when there is room.
    func cells(pane: Int = 0) async throws -> [[String]] {
        let rows = try await browser.run(
            """
            const { sheet } = panes[\(pane)];
            return sheet.rows.map((_, row) => Array.from({ length: sheet.columns }, (_, column) =>
              cellText(sheet, row, column)));
            """)
        return rows as? [[String]] ?? []
    }

    func download(_ selector: String) async throws -> (name: String, data: Data) {
        try await browser.download { try await browser.click(selector) }
    }
}

/// Equal but for the rounding to float32.
func expectSame(
    _ found: [[Double?]], _ expected: [[Double?]], within bound: Double = 1e-6, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.map(\.count) == expected.map(\.count), "\(what)", sourceLocation: sourceLocation)
    let wrong = zip(found.joined(), expected.joined()).count { found, expected in
        switch (found, expected) {
        case (nil, nil): false
        case (let found?, let expected?): abs(found - expected) > bound * max(1, abs(expected))
        default: true
        }
    }
    #expect(wrong == 0, "\(what)", sourceLocation: sourceLocation)
}
