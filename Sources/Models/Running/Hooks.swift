import Kernels
import Tensors

/// Closures that run at hook points of one forward pass.
///
/// A hook receives the live value: it may read it, copy what it wants to keep, or write into it to
/// patch the run. Values have all positions of all sequences one below the other on the first axis,
/// where the doc comment of the point says `pos`. What no hook asks for is not kept.
package struct Hooks {
    package typealias Hook = (Tensor) throws -> Void

    private var hooks: [HookPoint: Hook] = [:]

    package init() {}

    /// Adds a hook; hooks of the same point run in the order in which they were added.
    package mutating func add(_ point: HookPoint, _ hook: @escaping Hook) {
        if let earlier = hooks[point] {
            hooks[point] = {
                try earlier($0)
                try hook($0)
            }
        } else {
            hooks[point] = hook
        }
    }

    func wants(_ point: HookPoint) -> Bool { hooks[point] != nil }

    func visit(_ point: HookPoint, _ value: @autoclosure () -> Tensor) throws {
        if let hook = hooks[point] { try hook(value()) }
    }

    /// For a value that stands in columns of a wider buffer: the hook gets a copy, which is
    /// written back.
    func visit(_ point: HookPoint, columns: Matrix, shape: [Int]) throws {
        guard let hook = hooks[point] else { return }
        let value = Tensor([columns.rows] + shape)
        let flat = value.reshaped([columns.rows, columns.columns]).matrix
        columns.copy(to: flat)
        try withExtendedLifetime(value) {
            try hook(value)
            flat.copy(to: columns)
        }
    }
}
