import ArgumentParser
import CommandOptions
import Lenses
import Testing

/// What is typed, as values of the libraries.
struct CommandOptionsTests {
    @Test(
        "amounts with their units, in every spelling",
        arguments: [
            ("90s", LensBudget.seconds(90)), ("10 min", .seconds(600)), ("2 hours", .seconds(7200)),
            ("1.5d", .seconds(129_600)), ("250k tokens", .tokens(250_000)), ("1token", .tokens(1)),
            ("3e15 operations", .operations(3e15)), ("2Toperations", .operations(2e12)),
        ])
    func budgets(text: String, amount: LensBudget) {
        guard case .amount(amount) = TrainBudget(argument: text) else {
            Issue.record("\(text): \(String(describing: TrainBudget(argument: text)))")
            return
        }
    }

    @Test("what is no amount", arguments: ["-5s", "0m", "5 lightyears", "1e40s", "ten", "3 Mmin"])
    func noBudgets(text: String) {
        #expect(TrainBudget(argument: text) == nil)
    }

    @Test("a number without a unit is kept, to ask what it counts")
    func unitless() {
        guard case .unitless("10") = TrainBudget(argument: "10") else {
            Issue.record("\(String(describing: TrainBudget(argument: "10")))")
            return
        }
    }

    @Test("weights of tasks, each once and above zero")
    func weights() {
        #expect(TaskWeights(argument: "qa1=3,qa2=0.5")?.weights == ["qa1": 3, "qa2": 0.5])
        #expect(TaskWeights(argument: "qa1-qa2=2")?.weights == ["qa1": 2, "qa2": 2])
        for wrong in ["qa1", "qa1=0", "qa1=x", "qa1=1,qa1=2", "qa99=1", ""] {
            #expect(TaskWeights(argument: wrong) == nil, "\(wrong)")
        }
    }

    @Test("a budget means the fast recipe; without, the published one is taken")
    func recipes() throws {
        func recipe(_ arguments: String...) throws -> LensRecipe {
            try RecipeOptions.parse(arguments).recipe()
        }
        #expect(try recipe() == .published)
        #expect(try recipe("--recipe", "fast") == .fast)
        let budgeted = try recipe("--budget", "10m", "--seed", "7")
        #expect(budgeted.name == .fast && budgeted.budget == .seconds(600) && budgeted.seed == 7)
        #expect(throws: (any Error).self) { try recipe("--budget", "10m", "--steps", "3") }
        #expect(throws: (any Error).self) { try recipe("--budget", "10m", "--recipe", "published") }
    }
}
