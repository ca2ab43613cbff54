/// Tasks 4, 17, 18 and 19: where things lie and what fits.
extension BabiSolver {
    private static let steps: [(words: String, x: Int, y: Int)] = [
        ("north", 0, 1), ("south", 0, -1), ("east", 1, 0), ("west", -1, 0), ("above", 0, 1),
        ("below", 0, -1), ("to the right", 1, 0), ("to the left", -1, 0),
    ]

    /// "The A is <step> (of) the B."
    private struct Claim {
        let subject: String
        let object: String
        let x: Int
        let y: Int

        init?(_ sentence: String) {
            guard let step = steps.first(where: { sentence.contains(" \($0.words) ") }) else {
                return nil
            }
            let parts = sentence.dropLast().split(separator: " \(step.words) ", maxSplits: 1)
            subject = String(parts[0].dropFirst(4).dropLast(3))
            let rest = parts[1].hasPrefix("of ") ? parts[1].dropFirst(3) : parts[1]
            object = String(rest.dropFirst(4))
            (x, y) = (step.x, step.y)
        }
    }

    /// Places on a grid, as far as they hang together with the first one named.
    private var grid: [String: [Int]] {
        let claims = sentences.compactMap(Claim.init)
        guard let first = claims.first else { return [:] }
        var grid = [first.object: [0, 0]]
        for _ in claims {
            for claim in claims {
                if let at = grid[claim.object] {
                    grid[claim.subject] = [at[0] + claim.x, at[1] + claim.y]
                } else if let at = grid[claim.subject] {
                    grid[claim.object] = [at[0] - claim.x, at[1] - claim.y]
                }
            }
        }
        return grid
    }

    /// Task 4: "What is east of the A?" or "What is the A east of?"
    func neighbour(_ words: [String]) -> String? {
        let isReversed = words[2] == "the"
        let (place, direction) = isReversed ? (words[3], words[4]) : (words[5], words[2])
        guard let at = grid[place], let step = Self.steps.first(where: { $0.words == direction })
        else { return nil }
        let sign = isReversed ? -1 : 1
        return grid.first { $0.value == [at[0] + sign * step.x, at[1] + sign * step.y] }?.key
    }

    /// Task 17.
    func position(_ question: String) -> String? {
        let claim = String(question.dropFirst(7).dropLast())
        guard let step = Self.steps.first(where: { claim.contains(" \($0.words) ") }) else {
            return nil
        }
        let names = claim.split(separator: " \(step.words) ").map(String.init)
        let other = names[1].replacing("of the ", with: "").replacing("the ", with: "")
        guard let a = grid[names[0]], let b = grid[other] else { return nil }
        return (a[0] - b[0]) * step.x + (a[1] - b[1]) * step.y > 0 ? "yes" : "no"
    }

    /// Task 18: whether one fits into the other through any number of others.
    func size(_ question: String) -> String? {
        var bigger: [String: Set<String>] = [:]
        for sentence in sentences {
            if let names = halves(sentence.dropLast(), " fits inside the ") {
                bigger[names.0, default: []].insert(names.1)
            } else if let names = halves(sentence.dropLast(), " is bigger than the ") {
                bigger[names.1, default: []].insert(names.0)
            }
        }
        func fits(_ small: String, _ big: String) -> Bool {
            var reached: Set = [small]
            for _ in 0..<bigger.count {
                reached.formUnion(reached.flatMap { bigger[$0] ?? [] })
            }
            return small != big && reached.contains(big)
        }
        let pair: (small: String, big: String)
        if let names = halves(question.dropFirst(5).dropLast(), " fit in the ") {
            pair = names
        } else if let names = halves(question.dropFirst(3).dropLast(), " bigger than the ") {
            pair = (names.1, names.0)
        } else {
            return nil
        }
        if fits(pair.small, pair.big) { return "yes" }
        return fits(pair.big, pair.small) ? "no" : nil
    }

    private func halves(_ text: some StringProtocol, _ middle: String) -> (String, String)? {
        let parts = String(text).split(separator: middle)
        return parts.count == 2 ? (String(parts[0].dropFirst(4)), String(parts[1])) : nil
    }

    /// Task 19: the shortest way from step to step that is told of.
    func path(from start: String, to end: String) -> String? {
        let claims = sentences.compactMap(Claim.init)
        func name(_ x: Int, _ y: Int) -> String {
            x == 0 ? (y > 0 ? "n" : "s") : (x > 0 ? "e" : "w")
        }
        var ways = [start: [String]()]
        var reached = [start]
        while !reached.isEmpty {
            let place = reached.removeFirst()
            for claim in claims {
                let next: (String, String)
                if claim.object == place {
                    next = (claim.subject, name(claim.x, claim.y))
                } else if claim.subject == place {
                    next = (claim.object, name(-claim.x, -claim.y))
                } else {
                    continue
                }
                if ways[next.0] == nil {
                    ways[next.0] = (ways[place] ?? []) + [next.1]
                    reached.append(next.0)
                }
            }
        }
        return ways[end]?.joined(separator: ",")
    }
}
