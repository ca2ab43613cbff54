import Tensors

/// Closures that run at hook points of forward passes.
///
/// A hook receives the live value: it may read it, copy what it wants to keep, or write into it to
/// patch the run. Values have all positions of all sequences one below the other on the first axis,
/// where the doc comment of the point says `pos`; the context says which positions they are. What no
/// hook asks for is not kept. A backward pass that computes a block anew runs no hooks.
package struct Hooks {
    package typealias Hook = (_ value: Tensor, _ context: HookContext) throws -> Void

    private var hooks: [HookPoint: Hook] = [:]

    package init() {}

    /// Adds a hook; hooks of the same point run in the order in which they were added.
    package mutating func add(_ point: HookPoint, _ hook: @escaping Hook) {
        if let earlier = hooks[point] {
            hooks[point] = {
                try earlier($0, $1)
                try hook($0, $1)
            }
        } else {
            hooks[point] = hook
        }
    }

    /// Adds a hook to which it does not matter where in a text the value stands.
    package mutating func add(_ point: HookPoint, _ hook: @escaping (Tensor) throws -> Void) {
        add(point) { value, _ in try hook(value) }
    }

    subscript(point: HookPoint) -> Hook? { hooks[point] }
}

/// Where the value that a hook receives stands.
package struct HookContext: Sendable {
    /// Tells block and mixer.
    package let point: HookPoint
    /// One for each sequence of the pass, in their order.
    package let spans: [TextSpan]
}

/// Consecutive positions of one sequence, and the rows of a value in which they stand.
package struct TextSpan: Sendable, Equatable {
    /// Among all sequences that are read, from 0: a pass may have some of them only.
    package let sequence: Int
    package let rows: Range<Int>
    /// Position of the first of the rows in its sequence; 0 unless the pass is a later piece of it.
    package let start: Int

    /// In the sequence.
    package var positions: Range<Int> { start..<start + rows.count }
}
