import Models
import Tensors

/// A named place in the forward pass, in the spelling of TransformerLens: `blocks.3.hook_resid_pre`,
/// `blocks.0.mixer.hook_dt`, `blocks.2.mixer_1.out_proj.hook_out`, `logits`.
public struct HookPoint: Hashable, Sendable, CustomStringConvertible {
    let point: Models.HookPoint

    /// The residual stream after a block, which is counted from 0: `blocks.{i}.hook_resid_post`.
    public static func stream(afterBlock block: Int) -> HookPoint {
        HookPoint(point: .residPost(block: block))
    }

    /// The residual stream before a block: `blocks.{i}.hook_resid_pre`.
    public static func stream(beforeBlock block: Int) -> HookPoint {
        HookPoint(point: .residPre(block: block))
    }

    public static let logits = HookPoint(point: .logits)

    public var description: String { point.description }

    /// What the value is, in one line: "the residual stream after block i; transformers' hidden_states[i]".
    public var meaning: String { point.meaning }
}

/// A value at a hook point: float32, row-major.
public struct Activation: Sendable {
    public let point: HookPoint
    /// Its first axis counts the positions, where the point has positions.
    public let shape: [Int]
    public let values: [Float]
}

/// The live value at a hook point during a pass. What is written into it, the rest of the pass reads.
public struct LiveActivation {
    private let tensor: Tensor
    public let point: HookPoint
    /// The positions of the text that the value's first axis holds; a long text comes in pieces.
    public let positions: Range<Int>

    init(_ tensor: Tensor, _ context: HookContext) {
        self.tensor = tensor
        point = HookPoint(point: context.point)
        positions = context.spans.first?.positions ?? 0..<0
    }

    public var shape: [Int] { tensor.shape }

    /// All numbers, row-major; as many must be set as there are.
    public var values: [Float] {
        get { tensor.values }
        nonmutating set {
            precondition(newValue.count == tensor.count, "\(newValue.count) numbers for \(shape)")
            tensor.values = newValue
        }
    }

    /// Calls `body` with the numbers, to read or to write.
    public func withValues<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try tensor.withElements(body)
    }
}

/// What is to be done at hook points of a pass.
public struct Hooks {
    var hooks = Models.Hooks()

    public init() {}

    /// Adds a closure that runs where the pass reaches the point; several of one point run in the order in
    /// which they were added.
    public mutating func add(
        _ point: HookPoint, _ body: @escaping (LiveActivation) throws -> Void
    ) {
        hooks.add(point.point) { value, context in try body(LiveActivation(value, context)) }
    }
}

extension Model {
    /// Every hook point of the model, in the order of the forward pass.
    public var hookPoints: [HookPoint] {
        model.configuration.hookPoints.map(HookPoint.init(point:))
    }

    /// The hook points whose name matches a shell pattern, such as `blocks.*.hook_resid_post`.
    public func hookPoints(matching pattern: String) throws(Failure) -> [HookPoint] {
        try facing {
            try model.configuration.hookPoints(matching: pattern).map(HookPoint.init(point:))
        }
    }

    /// What is at hook points while the model reads a text.
    ///
    /// A long text is read in pieces; the values are in memory, all of them.
    ///
    /// - Parameters:
    ///   - patterns: as of `hookPoints(matching:)`.
    ///   - tokens: of the text.
    public func activations(
        _ patterns: [String], of tokens: [TokenID]
    ) throws(Failure) -> [Activation] {
        try facing {
            let points = try patterns.flatMap { try model.configuration.hookPoints(matching: $0) }
            return try model.capture(points, texts: [tokens]).map { point, tensor in
                // Of one text the axis of the texts says nothing.
                let shape =
                    point.axis == .positions ? Array(tensor.shape.dropFirst()) : tensor.shape
                return Activation(
                    point: HookPoint(point: point), shape: shape, values: tensor.values)
            }
        }
    }

    /// Reads a text, with hooks.
    ///
    /// - Returns: the logits of the next token after the last position, `vocabularySize` of them.
    @discardableResult
    public func run(_ tokens: [TokenID], hooks: Hooks = Hooks()) throws(Failure) -> [Float] {
        try facing {
            let state = RecurrentState(for: model, sequences: 1)
            let stream = try model.run(text: tokens, hooks: hooks.hooks, state: state)
            let last = stream.shape[0] - 1
            return try model.logits(of: stream[last..<last + 1]).values
        }
    }
}
