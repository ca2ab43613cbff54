import Checkpoints
import Tensors
import Testing

/// The numbers in a safetensors file.
package struct TensorFile {
    package let names: [String]
    private let checkpoint: Checkpoint

    package init(_ path: String) throws {
        checkpoint = try Checkpoint(file: path)
        names = checkpoint.names
    }

    /// Values that `Tests/Golden/make.py` computed in float64 and stored in float32.
    package init(golden relative: String) throws {
        try self.init(Repository.golden(relative + ".safetensors"))
    }

    package func shape(_ name: String) throws -> [Int] { try checkpoint.stored(name).shape }

    package func values(_ name: String) throws -> [Double] {
        let tensor = try checkpoint.float32(name, shape: shape(name))
        return withExtendedLifetime(tensor) { tensor.elements.map(Double.init) }
    }

    package func integers(_ name: String) throws -> [Int] {
        try #require(try checkpoint.stored(name).integers()).map { Int($0) }
    }

    /// `input_ids`, one list a sequence.
    package func sequences() throws -> [[Int32]] {
        let ids = try integers("input_ids").map(Int32.init)
        let length = try shape("input_ids")[1]
        return stride(from: 0, to: ids.count, by: length).map { Array(ids[$0..<$0 + length]) }
    }
}

/// Compares with golden values of which there are too many for a file: it holds every n-th, about
/// `count`, and behind them the largest magnitude and the norm of all.
package func expectSampled<Values: RandomAccessCollection>(
    _ values: Values, _ expected: [Double], about count: Int = 64, within tolerance: Tolerance,
    _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) where Values.Element: BinaryFloatingPoint, Values.Index == Int {
    let step = max(1, values.count / count)
    let samples = stride(from: values.startIndex, to: values.endIndex, by: step).map {
        Double(values[$0])
    }
    let largest = values.reduce(0) { max($0, abs(Double($1))) }
    let norm = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    expectClose(
        samples + [largest], Array(expected.dropLast()), within: tolerance, what,
        sourceLocation: sourceLocation)
    expectClose(
        [norm], Array(expected.suffix(1)), within: tolerance, "norm of \(what)",
        sourceLocation: sourceLocation)
}
