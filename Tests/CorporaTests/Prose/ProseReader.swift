/// Follows things through made prose by the words alone, to check what the people in it say.
///
/// Knows who holds a thing from sentences that name both; forgets it where it cannot tell.
struct ProseReader {
    private var holderOf: [String: String] = [:]

    /// Who has a thing according to an answer, and according to what was told before; nil if the
    /// sentence is no answer about a holder, or nothing is known.
    mutating func read(_ sentence: String) -> (said: String, known: String)? {
        let words = sentence.split { !$0.isLetter }.map(String.init)
        if sentence.hasPrefix("\"Where is the ") { asked = words[3]; return nil }
        if sentence.hasPrefix("\"") { return answer(sentence, words) }
        guard let article = words.firstIndex(of: "the"), article + 1 < words.count else {
            return nil
        }
        let names = words.filter { Self.names.contains($0) }
        let thing = words.first { holderOf[$0] != nil || Self.things.contains($0) }
        guard let thing else { return nil }
        let isTaking = ["took", "picked", "grabbed"].contains(where: words.contains)
        if isTaking, let name = names.first {
            holderOf[thing] = name
        } else if ["gave", "handed", "passed"].contains(where: words.contains), names.count == 2,
            !words.contains("asked")
        {
            holderOf[thing] = names[1]
        } else if sentence.contains(" was with "), let name = names.first {
            return holderOf[thing].map { (name, $0) }
        } else if !sentence.contains(" now had ") {
            holderOf[thing] = nil
        }
        return nil
    }

    private var asked = ""

    private func answer(_ sentence: String, _ words: [String]) -> (said: String, known: String)? {
        guard let holder = holderOf[asked] else { return nil }
        if sentence.contains("I have it") { return (words.last ?? "", holder) }
        if sentence.contains(" has it") { return (words[0], holder) }
        return ("nobody", holder)
    }

    private static let names = Set(
        """
        Alice Clara Emma Grace Hannah Julia Lucy Mary Nora Rosa Sandra Vera Adam Bruno Daniel Felix \
        Henry Jacob John Leo Oscar Peter Samuel Victor
        """.split(separator: " ").map(String.init))

    private static let things = Set(
        """
        apple ball basket bell blanket book bottle bread camera candle clock coat cup football \
        guitar hammer key kite lamp letter map milk mirror newspaper notebook painting pencil ring \
        rope scarf shovel suitcase ticket umbrella
        """.split(separator: " ").map(String.init))
}
