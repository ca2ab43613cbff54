/// Draws among things, each fixed by the seed like the numbers they come from.
extension SplitMix64 {
    /// A number in `0..<bound`.
    package mutating func below(_ bound: Int) -> Int { Int(next(below: UInt64(bound))) }

    /// One of `choices`, each equally likely.
    package mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    /// True in `hits` of `tries` draws.
    package mutating func chance(_ hits: Int, in tries: Int) -> Bool { below(tries) < hits }

    /// One of `choices` that is none of `others`.
    package mutating func pick<T: Equatable>(_ choices: [T], except others: T...) -> T {
        pick(choices.filter { !others.contains($0) })
    }

    /// All of `items`, every order equally likely.
    package mutating func shuffled<T>(_ items: [T]) -> [T] {
        shuffledOrder(count: items.count, seed: next()).map { items[$0] }
    }

    /// Two different ones, in either order.
    package mutating func pair<T>(of items: [T]) -> (T, T) {
        let first = below(items.count)
        let second = below(items.count - 1)
        return (items[first], items[second < first ? second : second + 1])
    }
}
