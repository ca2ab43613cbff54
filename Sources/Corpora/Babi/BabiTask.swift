import Randomness

/// One of the twenty bAbI tasks, and how its stories are made.
///
/// The stories follow the published description of each task; where it leaves a frequency open, the
/// law is the one measured in the released files.
///
/// - SeeAlso: Weston et al. 2015, "Towards AI-Complete Question Answering", arXiv:1502.05698,
///   section 3.
package struct BabiTask: Sendable, Equatable {
    /// 1 to 20.
    package let number: Int

    /// - Parameter name: `qa1` ... `qa20`, one of `BabilongTasks.all`.
    package init(name: String) {
        guard let index = BabilongTasks.all.firstIndex(of: name) else {
            preconditionFailure("'\(name)' is none of \(BabilongTasks.all)")
        }
        number = index + 1
    }

    /// `qa1` ... `qa20`.
    package var name: String { BabilongTasks.all[number - 1] }

    /// The file of a split in the release: `qa1_single-supporting-fact_test.txt`.
    package func fileName(split: String) -> String {
        "\(name)_\(Self.titles[number - 1])_\(split).txt"
    }

    private static let titles = [
        "single-supporting-fact", "two-supporting-facts", "three-supporting-facts",
        "two-arg-relations", "three-arg-relations", "yes-no-questions", "counting", "lists-sets",
        "simple-negation", "indefinite-knowledge", "basic-coreference", "conjunction",
        "compound-coreference", "time-reasoning", "basic-deduction", "basic-induction",
        "positional-reasoning", "size-reasoning", "path-finding", "agents-motivations",
    ]

    func story(_ random: inout SplitMix64) -> BabiStory {
        switch number {
        case 1: deeds(.singleFact, &random)
        case 2: deeds(.twoFacts, &random)
        case 3: deeds(.threeFacts, &random)
        case 4: BearingStories.relations(&random)
        case 5: deeds(.giving, &random)
        case 6: deeds(.yesNo, &random)
        case 7: deeds(.counting, &random)
        case 8: deeds(.lists, &random)
        case 9: told(StatementTeller(.negation, &random), &random)
        case 10: told(StatementTeller(.indefinite, &random), &random)
        case 11: told(CompanyTeller(.coreference, &random), &random)
        case 12: told(CompanyTeller(.conjunction, &random), &random)
        case 13: told(CompanyTeller(.compoundCoreference, &random), &random)
        case 14: TimeStory.story(&random)
        case 15: KindStories.deduction(&random)
        case 16: KindStories.induction(&random)
        case 17: BearingStories.positions(&random)
        case 18: SizeStory.story(&random)
        case 19: BearingStories.path(&random)
        default: MotiveStory.story(&random)
        }
    }

    private func deeds(_ task: DeedsTeller.Task, _ random: inout SplitMix64) -> BabiStory {
        told(DeedsTeller(task, &random), &random)
    }

    private func told(_ teller: some Storyteller, _ random: inout SplitMix64) -> BabiStory {
        var teller = teller
        return teller.story(&random)
    }
}
