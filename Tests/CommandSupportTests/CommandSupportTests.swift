import ArgumentParser
import CommandSupport
import Testing

/// On a made-up program: what is refused before the parser sees it, and in which words.
struct CommandSupportTests {
    private struct Root: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tool", subcommands: [Train.self, Show.self])
    }

    private struct Train: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "train")
        @Option var steps: Int?
        @OptionGroup var rates: Rates
    }

    private struct Rates: ParsableArguments {
        @Option var learningRate = 0.1
        @Option var names: [Amount] = []
        @Option var plain = ""
    }

    private struct Amount: ExpressibleByArgument, DescribedValue {
        static var expectation: String { "an amount" }
        init?(argument: String) { nil }
    }

    private struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", subcommands: [Layers.self])
    }

    private struct Layers: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "layers")
    }

    @Test("words lead down the tree, and one that does not brings the nearest to mind")
    func commands() throws {
        let arguments = CommandLineArguments(of: Root.self)
        try arguments.checkCommand(["train", "bogus"])
        try arguments.checkCommand(["show", "--help"])
        #expect(
            ObjectIdentifier(arguments.command(of: ["show", "layers", "x"]))
                == ObjectIdentifier(Layers.self))
        for (words, found, closest) in [
            (["trian"], "trian", "tool train"), (["show", "x"], "x", "tool show layers"),
            (["layers"], "layers", "tool show layers"), (["x"], "x", nil),
        ] {
            let error = #expect(throws: ArgumentError.self) {
                try arguments.checkCommand(words)
            }
            guard case .unknownCommand(_, found, _, closest) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(
            throws: ArgumentError.incompleteCommand(
                words: ["tool", "show"], found: "-x", known: ["layers"])
        ) { try arguments.checkCommand(["show", "-x"]) }
    }

    @Test("what begins with a minus and a digit is the value of the option before it")
    func joins() {
        #expect(
            CommandLineArguments.joined(["--last", "-1", "--x", "--y", "--", "--last", "-1"])
                == ["--last=-1", "--x", "--y", "--", "--last", "-1"])
    }

    @Test("an option says what its values look like, however it is wrapped")
    func expectations() {
        #expect(expectation(of: "--steps", in: Train.self) == "a whole number")
        #expect(expectation(of: "--learning-rate", in: Train.self) == "a number")
        #expect(expectation(of: "--names", in: Train.self) == "an amount")
        #expect(expectation(of: "--plain", in: Train.self) == nil)
    }

    @Test("bounds and what was given are named")
    func bounds() throws {
        func message(_ body: () throws -> Void) -> String? {
            #expect(throws: ValidationError.self, performing: body)?.message
        }
        try requireNumber(3, "--n", 1...3)
        try requirePositive(0.5, "--n", to: 1)
        #expect(message { try requireNumber(0, "--n") } == "--n is 0, expected 1 to 4294967296.")
        #expect(
            message { try requireNumber(1.0, "--n", 0..<1) }
                == "--n is 1, expected 0 to less than 1.")
        #expect(
            message { try requireNumber(-.infinity, "--n", 0...) }
                == "--n is -inf, expected 0 or more.")
        #expect(
            message { try requirePositive(1.5, "--n", to: 1) }
                == "--n is 1.5, expected a number above 0 and up to 1.")
        #expect(message { try requireFolder("") } == "--out is empty, expected a folder.")
    }

    @Test("words as a shell takes them; some options as they were typed")
    func invocation() {
        #expect(Invocation.quoted(["a b", "it's", "x=1", ""]) == "'a b' 'it'\\''s' x=1 ''")
        let arguments = ["train", "--data", "a", "b c", "--steps=3", "--model", "m", "-x"]
        #expect(
            Invocation.typed(["--data", "--steps"], in: arguments) == "--data a 'b c' --steps=3")
        #expect(Invocation.typed(["--lens"], in: arguments) == "")
    }

    @Test("a duration has its two largest units")
    func durations() {
        #expect(
            [5, 65, 3660, 90_061].map(ProgressDisplay.duration)
                == ["5 s", "1 min 5 s", "1 h 1 min", "1 d 1 h"])
    }
}
