/// What can be wrong with the pickle of a `torch.save` archive.
package enum PickleFlaw: Error, Equatable, Sendable, CustomStringConvertible {
    case truncated(byte: Int)
    case unknownProtocol(Int)
    case unknownOpcode(UInt8, byte: Int)
    case refusedGlobal(String)
    case refusedCall(of: String, byte: Int)
    case refusedState(of: String, byte: Int)
    case emptyStack(byte: Int)
    case missingMark(byte: Int)
    case missingMemo(index: Int, byte: Int)
    case unexpectedValue(found: String, expected: String, byte: Int)
    case integerTooLarge(byteCount: Int, byte: Int)
    case notUTF8(byte: Int)
    case tooLarge(what: String, limit: Int)
    case notADictionary(found: String)
    case keyNotText(found: String)
    case duplicateKey(String)
    case notATensor(key: String, found: String)

    package var description: String {
        switch self {
        case .truncated(let byte):
            "its pickle ends at byte \(byte) in the middle of an instruction"
        case .unknownProtocol(let version):
            "its pickle has protocol \(version), expected 2 to 5"
        case .unknownOpcode(let opcode, let byte):
            "its pickle has the instruction \(opcode) at byte \(byte), which torch.save does not "
                + "write for a dictionary of tensors"
        case .refusedGlobal(let name):
            "its pickle asks for '\(name.clipped)': refused to execute; only tensors in plain "
                + "dictionaries are read"
        case .refusedCall(let name, let byte):
            "its pickle calls \(name) at byte \(byte) with unknown arguments: refused to execute"
        case .refusedState(let name, let byte):
            "its pickle sets the state of \(name) at byte \(byte): refused to execute; only the "
                + "_metadata of an OrderedDict is accepted, and ignored"
        case .emptyStack(let byte): "its pickle takes a value from an empty stack at byte \(byte)"
        case .missingMark(let byte): "its pickle takes values up to no mark at byte \(byte)"
        case .missingMemo(let index, let byte):
            "its pickle recalls value \(index) at byte \(byte), which was never stored"
        case .unexpectedValue(let found, let expected, let byte):
            "its pickle has \(found) at byte \(byte), expected \(expected)"
        case .integerTooLarge(let count, let byte):
            "its pickle has an integer of \(count) bytes at byte \(byte), expected at most 8"
        case .notUTF8(let byte): "its pickle has text that is not UTF-8 before byte \(byte)"
        case .tooLarge(let what, let limit): "its pickle has more than \(limit) \(what)"
        case .notADictionary(let found):
            "holds \(found), expected a dictionary of tensors (a state dict)"
        case .keyNotText(let found): "has the key \(found), expected names of tensors only"
        case .duplicateKey(let key): "gives '\(key.clipped)' twice"
        case .notATensor(let key, let found):
            "'\(key.clipped)' holds \(found), expected a tensor; torch.save the state dict alone"
        }
    }
}
