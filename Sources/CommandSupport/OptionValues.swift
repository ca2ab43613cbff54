import ArgumentParser
import Base
import Foundation

/// A type of option values that can say what its values look like.
package protocol DescribedValue {
    static var expectation: String { get }
}

extension Int: DescribedValue {
    package static var expectation: String { "a whole number" }
}

extension UInt64: DescribedValue {
    package static var expectation: String { "a whole number from 0 to \(max)" }
}

extension Double: DescribedValue {
    package static var expectation: String { "a number" }
}

extension Float: DescribedValue {
    package static var expectation: String { "a number" }
}

extension Optional: DescribedValue where Wrapped: DescribedValue {
    package static var expectation: String { Wrapped.expectation }
}

extension Array: DescribedValue where Element: DescribedValue {
    package static var expectation: String { Element.expectation }
}

private protocol TypedOption {
    static var value: Any.Type { get }
}

extension Option: TypedOption {
    fileprivate static var value: Any.Type { Value.self }
}

private protocol OptionBundle {
    static var content: any ParsableArguments.Type { get }
}

extension OptionGroup: OptionBundle {
    fileprivate static var content: any ParsableArguments.Type { Value.self }
}

/// What a value of `option`, such as `--limit`, is to look like; nil for options whose type does not
/// say, and which the parser explains itself.
package func expectation(of option: String, in arguments: any ParsableArguments.Type) -> String? {
    for child in Mirror(reflecting: arguments.init()).children {
        if let bundle = type(of: child.value) as? any OptionBundle.Type {
            if let found = expectation(of: option, in: bundle.content) { return found }
        } else if let typed = type(of: child.value) as? any TypedOption.Type,
            child.label.map(optionName) == option
        {
            return (typed.value as? any DescribedValue.Type)?.expectation
        }
    }
    return nil
}

/// `--at-a-time` of the property wrapper `_atATime`.
private func optionName(_ property: String) -> String {
    "--"
        + property.drop { $0 == "_" }.map { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }
        .joined()
}

/// The parser's message about a value that it cannot read, with what was expected.
package func explained(_ message: String, of command: any ParsableCommand.Type) -> String {
    if let match = message.prefixMatch(of: /Error: Unknown option '-[^-'][^'\n]*\s[^'\n]*'/) {
        return message.replacingCharacters(
            in: match.range,
            with: match.output + "; put '--' before a text that begins with a minus")
    }
    if let match = message.prefixMatch(of: /Error: Missing value for '(?<option>--[a-z-]+)[^']*'/) {
        return message.replacingCharacters(
            in: match.range,
            with: match.output.0 + "; one that begins with a minus is written \(match.option)='…'")
    }
    guard
        let match = message.prefixMatch(
            of:
                /Error: The value '(?<value>(?s:.*?))' is invalid for '(?<option>--[a-z0-9-]+)[^']*'/
        ),
        let type = expectation(of: String(match.option), in: command)
    else { return message }
    let expected = match.value.wholeMatch(of: /[0-9]{19,}/) == nil ? type : "a smaller number"
    let sentence =
        "Error: \(match.option) is '\(String(match.value).clipped)', expected \(expected)."
    return message.replacingCharacters(in: match.range, with: sentence)
}
