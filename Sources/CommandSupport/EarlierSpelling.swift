/// How an option was spelled in earlier versions. Scripts still say it, and go on to work.
package struct EarlierSpelling: Sendable {
    package enum Replacement: Sendable {
        /// An option that takes the same value.
        case option(String)
        /// No option: the value is the command's argument.
        case argument
        /// The first and the last place, from 1 on, of what an option takes as a slice: 4 and 12 are `4:13`.
        case first(of: String)
        case last(of: String)
    }

    /// The words of the command.
    let command: [String]
    let name: String
    let replacement: Replacement

    package init(_ command: String, _ name: String, _ replacement: Replacement) {
        self.command = command.split(separator: " ").map(String.init)
        self.name = name
        self.replacement = replacement
    }
}

extension [EarlierSpelling] {
    /// The arguments as they are spelled today.
    ///
    /// - Returns: what the parser understands, and what to say of each that was spelled otherwise.
    package func modernized(_ arguments: [String]) -> (arguments: [String], notes: [String]) {
        let known = filter { arguments.starts(with: $0.command) }
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        var (modern, notes, texts): ([String], [String], [String]) = ([], [], [])
        var slices: [String: (first: String, last: String)] = [:]
        var place = 0
        while place < end {
            let argument = arguments[place]
            place += 1
            let name = String(argument.prefix { $0 != "=" })
            guard let spelling = known.first(where: { $0.name == name }) else {
                modern.append(argument)
                continue
            }
            let joined = argument.count > name.count ? argument.dropFirst(name.count + 1) : nil
            if case .option(let new) = spelling.replacement {
                modern.append(joined.map { "\(new)=\($0)" } ?? new)
                notes.append("\(name) is \(new) now")
                continue
            }
            guard let value = joined.map(String.init) ?? (place < end ? arguments[place] : nil)
            else {
                modern.append(argument)
                continue
            }
            if joined == nil { place += 1 }
            switch spelling.replacement {
            case .argument:
                texts.append(value)
                notes.append("the value of \(name) is an argument now, without \(name)")
            case .first(let option): slices[option, default: ("", "")].first = value
            case .last(let option):
                slices[option, default: ("", "")].last = Int(value).map { "\($0 + 1)" } ?? value
            case .option: break
            }
        }
        for (option, slice) in slices.sorted(by: { $0.key < $1.key }) {
            let range = "\(slice.first):\(slice.last)"
            modern.append("\(option)=\(range)")
            let names = known.filter { $0.isPart(of: option) }.map(\.name)
            notes.append("\(names.joined(separator: " and ")) are \(option) \(range) now")
        }
        // Behind a mark, for a text may begin with a minus.
        let rest = arguments[end...] + (end == arguments.count && !texts.isEmpty ? ["--"] : [])
        return (modern + rest + texts, notes)
    }
}

extension EarlierSpelling {
    fileprivate func isPart(of option: String) -> Bool {
        switch replacement {
        case .first(option), .last(option): true
        default: false
        }
    }
}
