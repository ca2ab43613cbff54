/// Standard output in large pieces.
package struct BufferedOutput {
    private static let size = 1 << 18
    private var buffer: [UInt8] = []

    package init() {}

    package mutating func write(_ bytes: some Sequence<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.size { try flush() }
    }

    /// To be called after the last piece.
    package mutating func flush() throws {
        try StandardStreams.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
