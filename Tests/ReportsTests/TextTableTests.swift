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
}
