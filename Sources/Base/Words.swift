/// A number of bytes for people: `1.2 GB`.
package func spelledBytes(_ count: Int) -> String {
    switch count {
    case 1_000_000_000...: "\(Double(count / 100_000_000) / 10) GB"
    case 1_000_000...: "\(count / 1_000_000) MB"
    default: "\(count / 1000) kB"
    }
}

/// A number as Swift prints it, but NaN without its sign and payload.
package func spelledNumber(_ number: Float) -> String { number.isNaN ? "nan" : "\(number)" }

/// A number as it is typed: `3` rather than `3.0`.
package func spelled(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
}

/// `1 prompt`, `2 prompts`.
package func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// With a verb for one and for several: `1 tensor has`, `2 tensors have`.
package func counted(_ count: some BinaryInteger, _ noun: String, _ one: String, _ several: String)
    -> String
{
    "\(counted(count, noun)) \(count == 1 ? one : several)"
}
