import Tensors

/// Runs the instructions of a pickle as `torch.save` writes it, without executing anything.
///
/// It builds texts, numbers, containers and descriptions of tensors, and stops at whatever is
/// not on its lists of instructions and globals.
///
/// - SeeAlso: the opcode table in CPython's `Lib/pickletools.py`; PyTorch's
///   `torch/_weights_only_unpickler.py`.
struct PickleMachine {
    /// Bytes of a pickle; those of real checkpoints have some hundred per tensor.
    static let maximumByteCount = 64 << 20
    /// Values on the stack, in the memo, and containers.
    static let maximumValues = 1 << 20
    /// Dimensions of a tensor, as in PyTorch. Without a bound, one long tuple recalled for many
    /// tensors would fill the memory.
    static let maximumDimensions = 64

    private var reader: PickleReader
    private var stack: [PickleValue] = []
    /// Heights of the stack at its marks.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// Elements of tuples and lists; keys and values in turn of dictionaries.
    private var containers: [[PickleValue]] = []
    private var storages: [PickledStorage] = []
    private var tensors: [PickledTensor] = []

    /// The dictionary of tensors that `pickle` describes, in its order.
    static func tensors(
        in pickle: [UInt8]
    ) throws(PickleFlaw) -> [(name: String, tensor: PickledTensor)] {
        guard pickle.count <= maximumByteCount else {
            throw .tooLarge(what: "bytes", limit: maximumByteCount)
        }
        var machine = PickleMachine(reader: PickleReader(bytes: pickle))
        let result = try machine.run()
        return try machine.dictionaryOfTensors(result)
    }

    private init(reader: PickleReader) { self.reader = reader }

    private func dictionaryOfTensors(
        _ value: PickleValue
    ) throws(PickleFlaw) -> [(name: String, tensor: PickledTensor)] {
        let items: [PickleValue]
        switch value {
        case .dictionary(let index), .orderedDictionary(let index): items = containers[index]
        default: throw .notADictionary(found: value.noun)
        }
        var result: [(String, PickledTensor)] = []
        var names: Set<TensorName> = []
        for i in stride(from: 0, to: items.count, by: 2) {
            guard case .text(let name) = items[i] else { throw .keyNotText(found: items[i].noun) }
            guard case .tensor(let index) = items[i + 1] else {
                throw .notATensor(key: name, found: items[i + 1].noun)
            }
            guard names.insert(TensorName(name)).inserted else { throw .duplicateKey(name) }
            result.append((name, tensors[index]))
        }
        return result
    }

    private mutating func run() throws(PickleFlaw) -> PickleValue {
        while true {
            let opcode = try reader.byte()
            switch opcode {
            case 0x80:  // PROTO
                let version = Int(try reader.byte())
                guard 2...5 ~= version else { throw .unknownProtocol(version) }
            case 0x95: _ = try reader.integer(byteCount: 8)  // FRAME
            case ascii("."): return try pop()  // STOP
            case ascii("("):  // MARK
                guard marks.count < Self.maximumValues else {
                    throw .tooLarge(what: "marks", limit: Self.maximumValues)
                }
                marks.append(stack.count)
            case ascii("N"), 0x88, 0x89, ascii("J"), ascii("K"), ascii("M"), 0x8A, ascii("G"),
                ascii("X"), 0x8C, 0x8D:
                try push(literal(opcode))
            case ascii("q"): try remember(reader.integer(byteCount: 1))  // BINPUT
            case ascii("r"): try remember(reader.integer(byteCount: 4))  // LONG_BINPUT
            case 0x94: try remember(memo.count)  // MEMOIZE
            case ascii("h"): try recall(reader.integer(byteCount: 1))  // BINGET
            case ascii("j"): try recall(reader.integer(byteCount: 4))  // LONG_BINGET
            case ascii("c"):  // GLOBAL
                let module = try reader.line()
                try push(global(module, reader.line()))
            case 0x93:  // STACK_GLOBAL
                let name = try popText()
                try push(global(popText(), name))
            case ascii("}"), ascii("]"), ascii(")"), ascii("t"), 0x85, 0x86, 0x87, ascii("a"),
                ascii("e"), ascii("s"), ascii("u"):
                try container(opcode)
            case ascii("R"): try call()  // REDUCE
            case ascii("b"): try setState()  // BUILD
            case ascii("Q"): try loadStorage()  // BINPERSID
            default: throw .unknownOpcode(opcode, byte: reader.position - 1)
            }
        }
    }

    private mutating func literal(_ opcode: UInt8) throws(PickleFlaw) -> PickleValue {
        switch opcode {
        case 0x88: .bool(true)  // NEWTRUE
        case 0x89: .bool(false)  // NEWFALSE
        case ascii("J"):  // BININT, signed
            .integer(Int(Int32(truncatingIfNeeded: try reader.integer(byteCount: 4))))
        case ascii("K"): .integer(try reader.integer(byteCount: 1))  // BININT1
        case ascii("M"): .integer(try reader.integer(byteCount: 2))  // BININT2
        case 0x8A: .integer(try reader.signedInteger(byteCount: Int(reader.byte())))  // LONG1
        case ascii("G"): .float(try reader.float())  // BINFLOAT
        case ascii("X"): .text(try reader.text(byteCount: reader.integer(byteCount: 4)))
        case 0x8C: .text(try reader.text(byteCount: reader.integer(byteCount: 1)))
        case 0x8D: .text(try reader.text(byteCount: reader.integer(byteCount: 8)))
        default: .none
        }
    }

    private mutating func container(_ opcode: UInt8) throws(PickleFlaw) {
        switch opcode {
        case ascii("}"): try push(.dictionary(store([])))  // EMPTY_DICT
        case ascii("]"): try push(.list(store([])))  // EMPTY_LIST
        case ascii(")"): try push(.tuple(store([])))  // EMPTY_TUPLE
        case ascii("t"): try push(.tuple(store(popToMark())))  // TUPLE
        case 0x85...0x87: try push(.tuple(store(pop(Int(opcode) - 0x84))))  // TUPLE1, 2, 3
        case ascii("a"): try extendList(by: pop(1))  // APPEND
        case ascii("e"): try extendList(by: popToMark())  // APPENDS
        case ascii("s"): try extendDictionary(by: pop(2))  // SETITEM
        default: try extendDictionary(by: popToMark())  // SETITEMS
        }
    }

    private mutating func extendList(by items: [PickleValue]) throws(PickleFlaw) {
        let target = try top()
        guard case .list(let index) = target else { throw unexpected(target, "a list") }
        containers[index] += items
    }

    private mutating func extendDictionary(by items: [PickleValue]) throws(PickleFlaw) {
        let target = try top()
        guard items.count % 2 == 0 else { throw .emptyStack(byte: reader.position - 1) }
        switch target {
        case .dictionary(let index), .orderedDictionary(let index): containers[index] += items
        default: throw unexpected(target, "a dictionary")
        }
    }

    private func global(_ module: String, _ name: String) throws(PickleFlaw) -> PickleValue {
        guard let global = PickleGlobal("\(module).\(name)") else {
            throw .refusedGlobal("\(module).\(name)")
        }
        return .global(global)
    }

    private mutating func call() throws(PickleFlaw) {
        let arguments = try popTuple()
        let function = try pop()
        guard case .global(let global) = function else {
            throw unexpected(function, "a function to call")
        }
        let refusal = PickleFlaw.refusedCall(of: global.name, byte: reader.position - 1)
        switch global {
        case .orderedDict:
            guard arguments.isEmpty else { throw refusal }
            try push(.orderedDictionary(store([])))
        case .rebuildParameter:  // (tensor, requires_grad, backward_hooks)
            guard arguments.count == 3, case .tensor = arguments[0] else { throw refusal }
            try push(arguments[0])
        case .rebuildTensor:  // (storage, offset, size, stride, requires_grad, hooks[, metadata])
            guard 6...7 ~= arguments.count, case .storage(let storage) = arguments[0],
                case .integer(let offset) = arguments[1],
                let shape = try integers(arguments[2]),
                let strides = try integers(arguments[3])
            else { throw refusal }
            tensors.append(
                PickledTensor(
                    storage: storages[storage], offset: offset, shape: shape, strides: strides))
            try push(.tensor(tensors.count - 1))
        case .storage: throw refusal
        }
    }

    /// `OrderedDict.__setstate__` with the `_metadata` of a state dict (module versions), which
    /// no reader of tensors needs.
    private mutating func setState() throws(PickleFlaw) {
        let state = try pop()
        let target = try top()
        let refusal = PickleFlaw.refusedState(of: target.noun, byte: reader.position - 1)
        guard case .orderedDictionary = target, case .dictionary(let index) = state,
            containers[index].count == 2, case .text("_metadata") = containers[index][0]
        else { throw refusal }
    }

    /// `('storage', type, key, location, count)`.
    private mutating func loadStorage() throws(PickleFlaw) {
        let identifier = try popTuple()
        guard identifier.count == 5, case .text("storage") = identifier[0],
            case .global(.storage(let dtype)) = identifier[1], case .text(let key) = identifier[2],
            case .text = identifier[3], case .integer(let count) = identifier[4]
        else { throw .refusedCall(of: "a persistent identifier", byte: reader.position - 1) }
        storages.append(PickledStorage(key: key, dtype: dtype, count: count))
        try push(.storage(storages.count - 1))
    }

    private func integers(_ value: PickleValue) throws(PickleFlaw) -> [Int]? {
        guard case .tuple(let index) = value else { return nil }
        guard containers[index].count <= Self.maximumDimensions else {
            throw .tooLarge(what: "dimensions in one tensor", limit: Self.maximumDimensions)
        }
        var result: [Int] = []
        for item in containers[index] {
            guard case .integer(let integer) = item else { return nil }
            result.append(integer)
        }
        return result
    }
}

/// Stack, memo and containers.
extension PickleMachine {
    private mutating func push(_ value: PickleValue) throws(PickleFlaw) {
        guard stack.count < Self.maximumValues else {
            throw .tooLarge(what: "values on its stack", limit: Self.maximumValues)
        }
        stack.append(value)
    }

    /// Values under the last mark are out of reach.
    private func top() throws(PickleFlaw) -> PickleValue {
        guard let value = stack.last, stack.count > marks.last ?? 0 else {
            throw .emptyStack(byte: reader.position - 1)
        }
        return value
    }

    private mutating func pop() throws(PickleFlaw) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func pop(_ count: Int) throws(PickleFlaw) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else {
            throw .emptyStack(byte: reader.position - 1)
        }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(PickleFlaw) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw .missingMark(byte: reader.position - 1) }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private mutating func popText() throws(PickleFlaw) -> String {
        let value = try pop()
        guard case .text(let text) = value else { throw unexpected(value, "text") }
        return text
    }

    private mutating func popTuple() throws(PickleFlaw) -> [PickleValue] {
        let value = try pop()
        guard case .tuple(let index) = value else { throw unexpected(value, "a tuple") }
        return containers[index]
    }

    private mutating func store(_ items: [PickleValue]) throws(PickleFlaw) -> Int {
        guard containers.count < Self.maximumValues else {
            throw .tooLarge(what: "containers", limit: Self.maximumValues)
        }
        containers.append(items)
        return containers.count - 1
    }

    private mutating func remember(_ index: Int) throws(PickleFlaw) {
        memo[index] = try top()
        guard memo.count <= Self.maximumValues else {
            throw .tooLarge(what: "stored values", limit: Self.maximumValues)
        }
    }

    private mutating func recall(_ index: Int) throws(PickleFlaw) {
        guard let value = memo[index] else {
            throw .missingMemo(index: index, byte: reader.position - 1)
        }
        try push(value)
    }

    private func unexpected(_ value: PickleValue, _ expected: String) -> PickleFlaw {
        .unexpectedValue(found: value.noun, expected: expected, byte: reader.position - 1)
    }
}

private func ascii(_ character: Unicode.Scalar) -> UInt8 { UInt8(ascii: character) }
