/// What Package.swift says of the targets in `Sources`: floors, dependencies, and the modules that
/// products of other packages bring.
struct PackageTable {
    struct Target: Equatable {
        let name: String
        let floor: Int
        /// Names of targets and products.
        let dependencies: [String]
        let isSystemLibrary: Bool
    }

    let targets: [Target]

    /// A target and all that it depends on, directly or by others.
    func closure(of name: String) -> Set<String> {
        let direct = targets.first { $0.name == name }?.dependencies ?? []
        return direct.reduce([name]) { $0.union(closure(of: $1)) }
    }

    /// Reads the manifest's text: a comment `// 2` or `// 2: …` opens a floor; the calls below it
    /// declare its targets. Targets that live in `Tests` are left out.
    init(manifest: String) {
        var floor = 0
        var targets: [Target] = []
        var products: [String: String] = [:]
        var statement = ""
        for line in manifest.split(separator: "\n") {
            if let number = line.prefixMatch(of: /\ *\/\/ (\d+)(:|$)/)?.1 {
                floor = Int(number) ?? floor
            }
            let code = line.replacing(/\/\/.*/, with: "")
            if statement.isEmpty {
                guard
                    code.contains(
                        /^ *(let \w+: Target.Dependency|systemLibrary\(|swiftTarget\(|\.target\(|\.executableTarget\()/
                    )
                else { continue }
            }
            statement += code
            // A statement goes on while a parenthesis is open or its `=` has nothing behind it.
            let depth = statement.count { $0 == "(" } - statement.count { $0 == ")" }
            guard depth <= 0, !statement.contains(/= *$/) else { continue }
            if let (_, alias) = statement.firstMatch(of: /let (\w+): Target.Dependency/)?.output {
                products[String(alias)] = Self.literals(statement).first
            } else if let target = Self.target(statement, floor: floor, products: products) {
                targets.append(target)
            }
            statement = ""
        }
        self.targets = targets
    }

    private static func target(
        _ statement: String, floor: Int, products: [String: String]
    ) -> Target? {
        guard !statement.contains("path: \"Tests/"),
            let name = literals(statement).first
        else { return nil }
        let isSystemLibrary = statement.contains("systemLibrary(")
        let lists = isSystemLibrary ? [] : statement.matches(of: /\[([^\]]*)\]/).map { $0.1 }
        let items = lists.flatMap { list in
            list.split(separator: ",").map { item in String(item.filter { $0 != " " }) }
        }.filter { !$0.isEmpty }
        let dependencies = items.map { item in
            literals(item).first ?? products[item] ?? item
        }
        return Target(
            name: name, floor: floor, dependencies: dependencies, isSystemLibrary: isSystemLibrary)
    }

    private static func literals(_ text: String) -> [String] {
        text.matches(of: /"([^"]*)"/).map { String($0.1) }
    }
}
