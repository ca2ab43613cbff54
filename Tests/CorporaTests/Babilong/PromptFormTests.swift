import Corpora
import Testing

@Suite struct PromptFormTests {
    let spaced = BabilongSample(
        task: "qa1", index: 0, input: "John went to the hallway. Mary sat.",
        question: "Where is John? ", target: "hallway")
    let tight = BabilongSample(
        task: "qa15", index: 3, input: "Mice are afraid of cats.",
        question: "What is Jessica afraid of?", target: "cat")

    @Test func lens() {
        #expect(
            PromptForm.lens.prompt(for: spaced)
                == "<context> \nJohn went to the hallway. Mary sat.\n</context>\n\n"
                + "Question: Where is John?  Answer:")
        #expect(
            PromptForm.lens.prompt(for: tight)
                == "<context> \nMice are afraid of cats.\n</context>\n\n"
                + "Question: What is Jessica afraid of? Answer:")
    }

    @Test func needle() {
        #expect(
            PromptForm.needle.prompt(for: spaced)
                == "<context> \nJohn went to the hallway. Mary sat.\n</context>\n\n"
                + "Question: Where is John?  Answer: ")
        #expect(
            spaced.needleText
                == "<context> \nJohn went to the hallway. Mary sat.\n</context>\n\n"
                + "Question: Where is John?  Answer: hallway")
        #expect(
            tight.needleText
                == "<context> \nMice are afraid of cats.\n</context>\n\n"
                + "Question: What is Jessica afraid of? Answer: cat")
    }

    @Test func generation() {
        #expect(
            PromptForm.generation.prompt(for: spaced)
                == "<context>\nJohn went to the hallway. Mary sat.\n</context>\n\n"
                + "Question: Where is John?")
        let padded = BabilongSample(
            task: "qa1", index: 0, input: "\n  a b. \n", question: "c?", target: "d")
        #expect(
            PromptForm.generation.prompt(for: padded)
                == "<context>\na b.\n</context>\n\nQuestion: c?")
    }

    @Test func namesAreThoseOfTheCommandLine() {
        #expect(PromptForm.allCases.map(\.rawValue) == ["lens", "needle", "generation"])
    }
}
