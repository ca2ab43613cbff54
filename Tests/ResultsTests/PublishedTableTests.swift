import Results
import Testing

@Suite("Published layer tables")
struct PublishedTableTests {
    private func averages(_ text: String) throws -> [Double] {
        try PublishedTable(Array(text.utf8), path: "t").rows.map(\.average)
    }

    /// The error behind the path.
    private func failure(_ text: String) -> String {
        do {
            _ = try averages(text)
            return "no error"
        } catch {
            return String("\(error)".dropFirst())
        }
    }

    @Test(
        "numbers in every spelling",
        arguments: [
            ("{'sum': np.float32(0.5), 'total': 2, 'avg': np.float32(0.25)}", 0.25),
            ("{'sum': np.float64( 5e-1 ), 'total': np.int64(2), 'avg': np.float64(2.5E-1)}", 0.25),
            ("{ \"avg\" : .25 , \"total\" : 2. , \"sum\" : +0.5 , }", 0.25),
            ("{'sum': 0, 'total': 2, 'avg': 0}", 0),
            ("{'sum': 1e-0, 'total': 2, 'avg': 5e-01}", 0.5),
        ])
    func spellings(entry: String, mean: Double) throws {
        #expect(try averages("{1: \(entry)}") == [mean])
    }

    @Test("nan is a value, and an order of layers is not needed")
    func notANumber() throws {
        let found = try averages(
            "\n{2:{'sum':np.float32(nan),'total':2,'avg':nan},1:{'sum':1,'total':2,'avg':0.5},}\n")
        #expect(found[0] == 0.5)
        #expect(found[1].isNaN)
    }

    @Test(
        "malformed tables say where",
        arguments: [
            ("{1: {'sum': 1", ":1:14: expected ',' or '}', found the end of the file"),
            ("{1 {'sum'", ":1:4: expected ':', found '{'sum''"),
            ("{1: {'sum': }}", ":1:13: expected a number, found '}}'"),
            ("{1: {'sum': 0x1p3}}", ":1:13: expected a number, found '0x1p3}}'"),
            ("{1: {'sum': infinity}}", ":1:13: expected a number, found 'infinity}}'"),
            ("{1: {'sum': 1__2}}", ":1:13: expected a number, found '1__2}}'"),
            ("{1: {'sum': 1.2.3}}", ":1:13: expected a number, found '1.2.3}}'"),
            ("{1: {'sum': os.system(1)}}", ":1:13: expected a number, found 'os.system(1)'"),
            ("{1: {'sum': np.float32(}}", ":1:24: expected a number, found '}}'"),
            ("{1: {'sum': np.float32(1}}", ":1:25: expected ')', found '}}'"),
            ("{1: {'sum': 1, 'sum': 1}}", ":1:16: expected 'total' or 'avg', found ''sum': 1}}'"),
            ("{1: {'x': 1}}", ":1:6: expected 'sum' or 'total' or 'avg', found ''x': 1}}'"),
            (
                "{1: {'sum': 1, 'total': 2}}",
                ":1:27: expected 'sum', 'total' and 'avg' of layer 1, found '}'"
            ),
            (
                "{1: {'sum':1,'total':2,'avg':.5,'y':1}}",
                ":1:33: expected '}', found ''y':1}}'"
            ),
            (
                "{1: {'sum':1,'total':2,'avg':.5}}\n{",
                ":2:1: expected the end of the file, found '{'"
            ),
            ("{1: 0.5}", ":1:5: expected '{', found '0.5}'"),
            ("{1.5: {}}", ":1:2: expected a layer number, found '1.5: {}}'"),
            ("{99999999999999999999: {}}", ":1:2: expected a layer number, found '999999999999'"),
            ("{}", ": has no layers; rerun the evaluation that wrote it"),
            (
                "{2: {'sum':1,'total':2,'avg':.5}}",
                ": layer 2 stands where layer 1 was expected; a result has each of the layers 1 to N once"
            ),
            (
                "{1: {'sum':1,'total':2,'avg':.5}, 1: {}}",
                ": layer 1 stands where layer 2 was expected; a result has each of the layers 1 to N once"
            ),
            (
                "{1: {'sum':1,'total':2,'avg':.6}}",
                ": layer 1 has the average 0.6, but its sum over its total is 0.5; the file is damaged or edited"
            ),
            (
                "{1: {'sum':1,'total':0,'avg':nan}}",
                ": layer 1 has the average nan, but its sum over its total is inf; the file is damaged or edited"
            ),
            (
                "{1: {'sum': -1.0, 'total': 2, 'avg': -5e-01}}",
                ": 'avg' of layer 1 is -0.5, expected a probability, 0 to 1; the file is damaged or edited"
            ),
            (
                "{1: {'sum': inf, 'total': 2, 'avg': inf}}",
                ": 'avg' of layer 1 is inf, expected a probability, 0 to 1; the file is damaged or edited"
            ),
        ])
    func malformed(text: String, sentence: String) {
        #expect(failure(text) == sentence)
    }

    @Test("hostile input is refused quickly")
    func hostile() {
        #expect(
            failure("{1: {'sum': " + String(repeating: "9", count: 1 << 20)).contains("expected"))
        #expect(failure("{1: " + String(repeating: "{", count: 1 << 20)).contains("expected"))
        let many = (1...5000).map { "\($0): {'sum':1,'total':2,'avg':.5}" }.joined(separator: ",")
        #expect(failure("{\(many)}") == ": has 4097 layers, expected at most 4096")
        #expect(
            failure("{1: {'sum': \u{1B}[2J}}") == #":1:13: expected a number, found '\u{1B}[2J}}'"#)
    }

    @Test("every cut of a table is an error, never a crash")
    func cuts() {
        let whole = "{1: {'sum': np.float32(1.5), 'total': 3, 'avg': np.float64(0.5)}}"
        for length in 0..<whole.utf8.count {
            #expect(failure(String(whole.prefix(length))) != "no error")
        }
    }
}
