import CommandSupport
import Testing

struct HelpSectionsTests {
    @Test("what everyone needs comes first, what is needed seldom last")
    func order() {
        #expect(
            usualFirst(
                """
                OVERVIEW: Train.

                USAGE: tool train

                EXPERT:
                  --threads <n>  Threads:

                RECIPE:
                  --steps <n>

                OPTIONS:
                  --model <dir>

                """) == """
                    OVERVIEW: Train.

                    USAGE: tool train

                    OPTIONS:
                      --model <dir>

                    RECIPE:
                      --steps <n>

                    EXPERT:
                      --threads <n>  Threads:

                    """)
        #expect(usualFirst("no sections\n") == "no sections\n")
    }
}
