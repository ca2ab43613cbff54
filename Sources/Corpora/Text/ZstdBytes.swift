import CZstd

/// The decompressed bytes of a zstd file: any number of frames, skippable ones included.
///
/// Memory is the window of a frame, at most `windowLimit`, whatever the frame asks for.
final class ZstdBytes: ByteSource {
    /// The largest window accepted, in bytes; what the zstd tool accepts unless told otherwise.
    static let windowLimit = 1 << windowLimitLog
    private static let windowLimitLog: Int32 = 27

    private let path: String
    private let file: any ByteSource
    private let stream: OpaquePointer
    private let output: UnsafeMutableRawBufferPointer
    private var input = ZSTD_inBuffer()
    private var frameIsComplete = false
    private var mayHoldOutput = false

    var fileBytesRead: Int { file.fileBytesRead }

    /// - Parameter file: of which nothing has been taken.
    init(_ file: any ByteSource, path: String) throws {
        self.path = path
        self.file = file
        guard let stream = ZSTD_createDStream() else {
            throw CorpusError.damagedZstd(path: path, reason: "no memory for a decoder")
        }
        self.stream = stream
        output = .allocate(byteCount: ZSTD_DStreamOutSize(), alignment: 64)
        let code = ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.windowLimitLog)
        precondition(ZSTD_isError(code) == 0, "libzstd refuses a window limit")
    }

    deinit {
        ZSTD_freeDStream(stream)
        output.deallocate()
    }

    func next() throws -> UnsafeRawBufferPointer? {
        while true {
            if input.pos == input.size, !mayHoldOutput {
                guard let piece = try file.next() else {
                    if frameIsComplete { return nil }
                    throw CorpusError.truncatedZstd(path: path, bytesRead: file.fileBytesRead)
                }
                input = ZSTD_inBuffer(src: piece.baseAddress, size: piece.count, pos: 0)
            }
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let code = ZSTD_decompressStream(stream, &target, &input)
            if ZSTD_isError(code) != 0 { throw error(code) }
            frameIsComplete = code == 0
            // A completed frame is flushed; a further call would already open the next one.
            mayHoldOutput = target.pos == target.size && !frameIsComplete
            if target.pos > 0 { return UnsafeRawBufferPointer(rebasing: output[..<target.pos]) }
        }
    }

    private func error(_ code: Int) -> CorpusError {
        ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge
            ? .zstdWindowTooLarge(path: path, limit: Self.windowLimit)
            : .damagedZstd(path: path, reason: String(cString: ZSTD_getErrorName(code)))
    }
}
