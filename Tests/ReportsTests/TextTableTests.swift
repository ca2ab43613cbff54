import Reports
import Testing

struct TextTableTests {
    @Test("numbers end and words begin in one column; no line ends in spaces")
    func alignment() {
        var table = TextTable(["part", "speed", "note"], textColumns: [0, 2])
        table.add(["forward", "7", "of sgemm"])
        table.add(["lens", "12.5", ""])
        #expect(
            table.text == """
                part     speed  note
                forward      7  of sgemm
                lens      12.5
                """)
    }

    @Test("a column without a value is left out")
    func emptyColumns() {
        var table = TextTable("blocks", "logit", "tuned", "note")
        table.add(["1", "2.5", "-", ""])
        table.add(["2", "1.5", "-", ""])
        #expect(table.text == "blocks  logit\n     1    2.5\n     2    1.5")
    }

    @Test("a name of any length takes little room and little time")
    func longNames() {
        let name = String(repeating: "a ", count: 10_000)
        var table = TextTable(["blocks", name], textColumns: [1])
        for row in 0..<200 { table.add(["\(row)", name]) }
        #expect(table.text.split(separator: "\n").allSatisfy { $0.count < 80 })
    }
}
