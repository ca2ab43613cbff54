import Base
import Tensors

/// A value on the stack of the pickle machine.
///
/// Containers are indices into the machine's own array: values nested a million deep, or in a
/// circle, are then neither followed nor freed by recursion.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case text(String)
    case global(PickleGlobal)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case orderedDictionary(Int)
    case storage(Int)
    case tensor(Int)

    /// For error messages.
    var noun: String {
        switch self {
        case .none: "None"
        case .bool: "a truth value"
        case .integer(let value): "the integer \(value)"
        case .float(let value): "the number \(value)"
        case .text(let text): "the text '\(text.clipped)'"
        case .global(let global): "the type or function \(global.name)"
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary, .orderedDictionary: "a dictionary"
        case .storage: "a bare storage"
        case .tensor: "a tensor"
        }
    }
}

/// The globals a pickle may name. None of them is executed: they say how to read the arguments.
enum PickleGlobal: Equatable {
    case orderedDict
    case rebuildTensor
    case rebuildParameter
    case storage(DType)

    init?(_ name: String) {
        guard let global = Self.allowed[name] else { return nil }
        self = global
    }

    var name: String { Self.allowed.first { $0.value == self }?.key ?? "" }

    private static let allowed: [String: PickleGlobal] = [
        "collections.OrderedDict": .orderedDict,
        "torch._utils._rebuild_tensor_v2": .rebuildTensor,
        "torch._utils._rebuild_parameter": .rebuildParameter,
        "torch.DoubleStorage": .storage(.float64),
        "torch.FloatStorage": .storage(.float32),
        "torch.HalfStorage": .storage(.float16),
        "torch.BFloat16Storage": .storage(.bfloat16),
        "torch.LongStorage": .storage(.int64),
        "torch.IntStorage": .storage(.int32),
        "torch.ShortStorage": .storage(.int16),
        "torch.CharStorage": .storage(.int8),
        "torch.ByteStorage": .storage(.uint8),
        "torch.BoolStorage": .storage(.bool),
    ]
}

/// A storage as the pickle names it: `count` elements in the entry `data/<key>`.
struct PickledStorage: Hashable {
    let key: String
    let dtype: DType
    let count: Int
}

/// A tensor as the pickle describes it; offset and strides in elements, nothing checked yet.
struct PickledTensor {
    let storage: PickledStorage
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}
