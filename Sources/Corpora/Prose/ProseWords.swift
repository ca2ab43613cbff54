/// The words of the prose about small worlds.
enum ProseWords {
    static let women = [
        "Alice", "Clara", "Emma", "Grace", "Hannah", "Julia", "Lucy", "Mary", "Nora", "Rosa",
        "Sandra", "Vera",
    ]
    static let men = [
        "Adam", "Bruno", "Daniel", "Felix", "Henry", "Jacob", "John", "Leo", "Oscar", "Peter",
        "Samuel", "Victor",
    ]
    static let places = [
        "attic", "bakery", "barn", "bathroom", "bedroom", "cellar", "garage", "garden",
        "hallway", "harbour", "kitchen", "library", "market", "museum", "office", "park",
        "playground", "river", "school", "station", "theatre", "workshop",
    ]
    static let things = [
        "apple", "ball", "basket", "bell", "blanket", "book", "bottle", "bread", "camera",
        "candle", "clock", "coat", "cup", "football", "guitar", "hammer", "key", "kite", "lamp",
        "letter", "map", "milk", "mirror", "newspaper", "notebook", "painting", "pencil", "ring",
        "rope", "scarf", "shovel", "suitcase", "ticket", "umbrella",
    ]

    static let moods = [
        "tired", "hungry", "thirsty", "bored", "curious", "cold", "happy", "in a hurry",
        "in a good mood", "a little sad",
    ]
    static let weather = [
        "It was raining", "The sun was shining", "It was a cold and windy day",
        "Snow had fallen during the night", "A thick fog lay over the town",
        "It was the warmest day of the year", "Dark clouds were coming from the west",
        "The sky was clear and blue",
    ]
    /// Times of one day in order; each paragraph begins with a later one, or on the next day.
    static let times = [
        "early in the morning", "after breakfast", "at ten o'clock", "shortly before noon",
        "after lunch", "at three o'clock", "late in the afternoon", "in the evening",
        "after dinner", "late at night",
    ]
    static let laterDays = [
        "the next day", "on the following day", "two days later", "on Monday", "on Friday",
        "a week later",
    ]
    static let then = [
        "then", "after that", "a little later", "soon", "a few minutes later", "afterwards",
        "not much later", "meanwhile",
    ]

    /// In the patterns below, {who} is somebody or a pronoun for them, {he} the pronoun, {place}, {old}
    /// and {thing} are
    /// nouns, {whom} gets something and {friend} is somebody else.
    static let moving = [
        "{who} went to the {place}", "{who} walked to the {place}",
        "{who} hurried to the {place}", "{who} moved to the {place}",
        "{who} travelled to the {place}", "{who} went back to the {place}",
        "{who} left the {old} and went to the {place}", "{who} ran to the {place}",
        "{who} came to the {place} and looked around", "{who} strolled to the {place}",
        "from the {old} {who} went straight to the {place}",
        "{who} did not stay in the {old} but walked to the {place}",
        "{who} was {mood} and went to the {place}",
        "because {he} was {mood}, {who} journeyed to the {place}",
    ]
    static let taking = [
        "{who} took the {thing}", "{who} picked up the {thing}", "{who} grabbed the {thing}",
        "{who} found the {thing} in the {place} and took it",
        "{who} saw the {thing} there and picked it up",
        "in the {place} lay the {thing}, and {who} took it along",
    ]
    static let dropping = [
        "{who} put down the {thing}", "{who} dropped the {thing}",
        "{who} left the {thing} in the {place}",
        "{who} had no more use for the {thing} and put it down",
        "{who} laid the {thing} carefully on the floor", "{who} forgot the {thing} in the {place}",
    ]
    static let giving = [
        "{who} gave the {thing} to {whom}", "{who} handed the {thing} to {whom}",
        "{who} passed the {thing} to {whom}", "{who} let {whom} have the {thing}",
        "{whom} asked for the {thing}, and {who} handed it over",
    ]

    /// Added to a move with a comma or after it; none says anything about where things are.
    static let purposes = [
        "to look for {friend}", "to be alone for a while", "to get some fresh air",
        "to have a rest", "to find something to eat", "to see what was going on",
        "to wait for the others", "without saying a word", "as fast as possible",
        "humming an old song", "although it was far", "before anybody could ask why",
        "as on every other day", "for the first time in weeks", "with a smile",
    ]
    static let adverbs = [
        "quickly", "slowly", "quietly", "happily", "silently", "carefully", "suddenly", "finally",
        "calmly", "secretly", "cheerfully", "nervously",
    ]
    /// What people do that changes nothing.
    static let idling = [
        "{who} sat down and thought about the {day}", "{who} told {friend} a long story",
        "{who} looked out of the window for a while", "{who} yawned and closed both eyes",
        "{who} counted from one to {number}", "{who} remembered a dream about a {animal}",
        "a {animal} could be heard outside, and {who} listened", "{who} laughed about a joke",
        "{who} had {number} questions but asked none of them", "{who} whistled a tune",
        "{who} wished that it were {season}", "{who} waited {number} minutes",
        "{who} wrote a few words to an old friend", "{who} would have liked some {food}",
        "nobody knew what {who} was thinking", "{who} was {mood}, as always in {season}",
        "{who} dreamed of {food} with {food2}", "{friend} waved, but {who} did not notice it",
    ]
    static let animals = [
        "dog", "cat", "horse", "bird", "fox", "bear", "sheep", "frog", "mouse", "wolf", "goose",
        "whale",
    ]
    static let foods = [
        "soup", "cheese", "rice", "honey", "cake", "beans", "tea", "butter", "salad", "chocolate",
        "pancakes", "fish",
    ]
    static let numbers = [
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "eleven", "twelve",
        "twenty", "a hundred",
    ]
    static let seasons = ["spring", "summer", "autumn", "winter", "April", "August", "December"]
    static let days = [
        "past week", "coming holiday", "last winter", "journey home", "next day", "party",
    ]
}
