import Randomness

/// The words of the bAbI worlds.
enum BabiWords {
    static let people = ["Daniel", "John", "Mary", "Sandra"]
    static let places = ["bathroom", "bedroom", "garden", "hallway", "kitchen", "office"]
    static let things = ["apple", "football", "milk"]

    /// Of the task of giving, whose people are others.
    static let givers = ["Bill", "Fred", "Jeff", "Mary"]
    /// Of the tasks of uncertain places and of time.
    static let townspeople = ["Bill", "Fred", "Julie", "Mary"]
    static let townPlaces = ["bedroom", "cinema", "kitchen", "office", "park", "school"]

    static let moving = [
        "went to", "moved to", "journeyed to", "travelled to", "went back to",
    ]
    static let taking = ["got", "took", "grabbed", "picked up"]
    static let dropping = ["dropped", "left", "discarded", "put down"]
    static let giving = ["gave", "handed", "passed"]
    static let thereupon = ["Then", "After that", "Following that", "Afterwards"]

    static func pronoun(of person: String) -> String {
        ["Daniel", "John"].contains(person) ? "he" : "she"
    }
}

extension SplitMix64 {
    /// "went to the garden": a verb phrase of moving.
    mutating func moving(to place: String) -> String { "\(pick(BabiWords.moving)) the \(place)" }
}
