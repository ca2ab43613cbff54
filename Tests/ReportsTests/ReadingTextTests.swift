import Plotting
import Reports
import Results
import Testing

/// Readings of made-up numbers.
struct ReadingTextTests {
    /// Two blocks and four positions; the second block is sure of ` b`, which follows position 1.
    private func reading(tokens: [String] = ["a", " b", "\n", "日本"]) -> ReadingResult {
        func row(_ probability: Double, _ best: String) -> ReadingRow {
            ReadingRow(
                values: [
                    .maxProbability: [probability, 0.25, 1, nil],
                    .rank: [1, 12345, 3, nil],
                ],
                top: (0..<4).map { column in
                    [
                        TokenProbability(id: column + 1, token: best, probability: probability),
                        TokenProbability(id: 9, token: ",\"", probability: 0.125),
                    ]
                })
        }
        return ReadingResult(
            name: "m, logit lens", length: 4, depth: 1, endsInOutput: true,
            positions: [0, 1, 2, 3], ids: [5, 6, 7, 8],
            tokens: tokens, targets: [2, 2, 8, nil], targetTokens: [" b", "\n", "日本", nil],
            blocks: [0, 1], rows: [row(0.5, "a"), row(0.75, " kitchen-table")],
            output: row(0.75, " kitchen-table"), run: RunRecord())
    }

    private func scale(_ quantity: ReadingQuantity) -> ReadingScale {
        ReadingScale(quantity, reading().rows.flatMap { $0[quantity] })
    }

    @Test("a grid without colours has numbers, aligned, and a mark where the target comes first")
    func plain() {
        #expect(
            ReadingGrid(reading(), scale: scale(.maxProbability)).text == """
                m, logit lens, 4 tokens; probability of the best token
                        0                 1                 2                 3
                text    a                 ·b                ↵                 日本
                0       a          0.50  *a          0.25   a          1.00   a          -
                1       ·kitchen-… 0.75  *·kitchen-… 0.25   ·kitchen-… 1.00   ·kitchen-… -
                target  ·b                ↵                 日本
                """)
        let ranks = ReadingGrid(reading(), scale: scale(.rank)).text
        #expect(ranks.contains("a          1") && ranks.contains("12345"))
    }

    @Test("a grid fits its width: the last positions, or all below each other")
    func widths() {
        for width in [40, 60, 100] {
            for paint in [TerminalPaint.none, .palette, .trueColor] {
                for wraps in [false, true] {
                    let text = ReadingGrid(
                        reading(), scale: scale(.maxProbability), paint: paint, width: width,
                        wraps: wraps
                    ).text
                    let lines = text.split(separator: "\n").map { visible(String($0)) }
                    // What is said above and below the grid may be longer.
                    let grid = lines.filter { $0.first?.isNumber ?? false || $0.hasPrefix("t") }
                    #expect(grid.dropLast().allSatisfy { terminalWidth($0) <= width })
                    #expect(text.contains("日本") && (!wraps || text.contains("·b")))
                }
            }
        }
        let narrow = ReadingGrid(reading(), scale: scale(.rank), width: 40).text
        #expect(narrow.contains("the last 1 of 4 positions"))
    }

    /// Without what colours it.
    private func visible(_ line: String) -> String {
        line.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    }

    @Test("colours are shades from the first to the last value, with text that stands out")
    func painted() {
        let text = ReadingGrid(
            reading(), scale: scale(.maxProbability), paint: .trueColor, width: 100
        ).text
        let (low, high) = (ColorScale.viridis[0.25], ColorScale.viridis[1])
        #expect(text.contains("48;2;\(low.red);\(low.green);\(low.blue);38;2;255;255;255m"))
        #expect(text.contains("48;2;\(high.red);\(high.green);\(high.blue);38;2;38;38;38m"))
        // The target is the best: underlined.
        #expect(text.contains("m \u{1B}[1;4ma\u{1B}[22;24m"))
        let palette = ReadingGrid(
            reading(), scale: scale(.rank), paint: .palette, width: 100
        ).text
        // The first rank is the best and so the brightest.
        #expect(palette.contains("48;5;220;") && visible(palette).contains("12345 "))
    }

    @Test("hostile tokens and names do not reach the terminal as they are")
    func hostile() {
        let text = ReadingGrid(
            reading(tokens: ["\u{1B}[2J", "\u{202E}", "\u{7}", "a"]), scale: scale(.rank),
            paint: .palette
        ).text
        #expect(!visible(text).contains("\u{1B}") && !text.contains("\u{202E}"))
        #expect(!text.contains("\u{7}"))
    }

    @Test("a column names the tokens of one position, as many as there is room for")
    func column() {
        let text = ReadingColumn(reading(), column: 1).text
        #expect(
            text == """
                m, logit lens, position 1 '·b', target '↵'
                blocks  target   rank entropy   1.                      2.
                0            -  12345       -  *a          ███    0.50  ,"         ▊      0.12
                1            -  12345       -  *·kitchen-… ████▌  0.75  ,"         ▊      0.12
                """)
        #expect(!ReadingColumn(reading(), column: 1, width: 60).text.contains("2."))
    }

    @Test("CSV has a line for each block and position, and the model's own")
    func csv() throws {
        let lines = [reading()].csv.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.count == 1 + 3 * 4 + 1 && lines.last == "")
        let heads = lines[0].split(separator: ",")
        #expect(
            heads.prefix(3) == ["reading", "block", "position"] && heads.contains("forward_kl"))
        #expect(
            lines[2]
                == #""m, logit lens",0,1,6," b",2,"\#n",,,12345.0,,,,,,,,0.25,2,a,0.5,9,",""",0.125"#
        )
        #expect(lines[9].contains(",output,0,5,"))
    }

    @Test("means over positions, by block")
    func means() {
        #expect(
            [reading(), reading()].means(of: .maxProbability) == """
                Mean over positions of the probability of the best token:
                blocks  m, logit lens  m, logit lens
                     0         0.5833         0.5833
                     1         0.6667         0.6667
                output         0.6667         0.6667
                """)
    }
}
