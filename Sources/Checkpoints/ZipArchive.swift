import Base
import CZip
import Foundation

/// What can be wrong with the zip archive around a `torch.save` pickle.
package enum ArchiveFlaw: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(reason: String)
    case noPickle(entryCount: Int)
    case severalPickles([String])
    case missingEntry(String)
    case compressed(entry: String)
    case encrypted(entry: String)
    case damaged(entry: String, reason: String)
    case entriesTooLarge(entry: String, limit: Int)
    case bigEndian(found: String)
    case wrongStorageSize(entry: String, expected: Int, found: Int)
    case unwritable(reason: String)

    package var description: String {
        switch self {
        case .unreadable(let reason):
            "not a readable zip archive: \(reason); is the download complete?"
        case .noPickle(let count):
            "none of the \(count) zip entries is a 'data.pkl', expected a file of torch.save"
        case .severalPickles(let names):
            "has several pickles (\(names.joined(separator: ", ").clipped)), expected one"
        case .missingEntry(let name): "lacks the zip entry '\(name.clipped)'"
        case .compressed(let entry):
            "zip entry '\(entry.clipped)' is compressed, expected it stored as torch.save does; "
                + "torch.save it again"
        case .encrypted(let entry): "zip entry '\(entry.clipped)' is encrypted, expected it plain"
        case .damaged(let entry, let reason): "zip entry '\(entry.clipped)' is damaged: \(reason)"
        case .entriesTooLarge(let entry, let limit):
            "zip entry '\(entry.clipped)' brings the content beyond the \(limit) bytes possible"
        case .bigEndian(let found):
            "its byte order is '\(found.clipped)', expected 'little'; save it on another machine"
        case .wrongStorageSize(let entry, let expected, let found):
            "zip entry '\(entry.clipped)' has \(counted(found, "byte")), its storage needs \(expected)"
        case .unwritable(let reason): "cannot be written: \(reason)"
        }
    }
}

/// A zip archive open for reading; its entries must be stored, not compressed.
final class ZipReader {
    private let handle: OpaquePointer
    /// Whose bytes are read, whatever stands under its name by now.
    private let file: MappedFile

    init(_ file: MappedFile) throws(ArchiveFlaw) {
        self.file = file
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        let bytes = file.bytes
        let source = zip_source_buffer_create(
            bytes.baseAddress, zip_uint64_t(bytes.count), 0, &error)
        guard let source else {
            throw .unreadable(reason: String(cString: zip_error_strerror(&error)))
        }
        guard let handle = zip_open_from_source(source, ZIP_RDONLY, &error) else {
            zip_source_free(source)
            throw .unreadable(reason: String(cString: zip_error_strerror(&error)))
        }
        self.handle = handle
    }

    deinit { zip_discard(handle) }

    var names: [String] {
        (0..<max(0, zip_get_num_entries(handle, 0))).compactMap {
            zip_get_name(handle, zip_uint64_t($0), 0).map { String(cString: $0) }
        }
    }

    func contains(_ name: String) -> Bool { zip_name_locate(handle, name, 0) >= 0 }

    func byteCount(of name: String) throws(ArchiveFlaw) -> Int {
        try statistics(name).byteCount
    }

    /// Fills `buffer`, whose size must be the entry's, and verifies the entry's checksum.
    func read(_ name: String, into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveFlaw) {
        let (index, byteCount) = try statistics(name)
        precondition(buffer.count == byteCount, "\(buffer.count) bytes for \(byteCount)")
        guard let file = zip_fopen_index(handle, index, 0) else {
            throw .damaged(entry: name, reason: String(cString: zip_strerror(handle)))
        }
        defer { zip_fclose(file) }
        var filled = 0
        while filled < byteCount {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = Int(zip_fread(file, rest.baseAddress, zip_uint64_t(rest.count)))
            guard count > 0 else {
                let reason = count == 0 ? "it ends early" : String(cString: zip_file_strerror(file))
                throw .damaged(entry: name, reason: reason)
            }
            filled += count
        }
        // libzip compares the checksum when it meets the end of the entry.
        var beyond: UInt8 = 0
        guard zip_fread(file, &beyond, 1) == 0 else {
            throw .damaged(entry: name, reason: String(cString: zip_file_strerror(file)))
        }
    }

    private func statistics(
        _ name: String
    ) throws(ArchiveFlaw) -> (index: zip_uint64_t, byteCount: Int) {
        let index = zip_name_locate(handle, name, 0)
        guard index >= 0 else { throw .missingEntry(name) }
        var status = zip_stat_t()
        zip_stat_init(&status)
        let wanted = UInt64(ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD)
        guard zip_stat_index(handle, zip_uint64_t(index), 0, &status) == 0,
            status.valid & wanted == wanted, let byteCount = Int(exactly: status.size)
        else { throw .damaged(entry: name, reason: "its size is not given") }
        guard status.encryption_method == ZIP_EM_NONE else { throw .encrypted(entry: name) }
        guard Int32(status.comp_method) == ZIP_CM_STORE else { throw .compressed(entry: name) }
        return (zip_uint64_t(index), byteCount)
    }
}

/// A zip archive of stored entries that appears under its name only when it is complete.
///
/// Entries carry the earliest date that zip knows, so that equal contents give equal bytes.
final class ZipWriter {
    private let path: String
    private let partial: PartialFile
    private var handle: OpaquePointer?
    /// Where the next entry will begin in the file.
    private var offset = 0

    init(_ path: String) throws {
        self.path = path
        partial = try PartialFile(path)
        var code: Int32 = 0
        handle = zip_open(partial.temporary, ZIP_CREATE | ZIP_TRUNCATE, &code)
        guard handle != nil else { throw ArchiveFlaw.unwritable(reason: message(code)) }
    }

    deinit {
        if let handle { zip_discard(handle) }
    }

    /// `bytes` are read by `commit` and must live until then. They begin at a multiple of 64 bytes
    /// of the file, as those of torch.save do, so that a mapped file serves as it is.
    func add(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(ArchiveFlaw) {
        let source = zip_source_buffer(handle, bytes.baseAddress, zip_uint64_t(bytes.count), 0)
        guard let source else { throw failure() }
        let index = zip_file_add(handle, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw failure()
        }
        // A local header has 30 bytes and the name, an extra field 4 and its filling.
        let unpadded = offset + 30 + name.utf8.count + 4
        let padding = [UInt8](repeating: 0, count: (64 - unpadded % 64) % 64)
        offset = unpadded + padding.count + bytes.count
        let entry = zip_uint64_t(index)
        let january1980: zip_uint16_t = 1 << 5 | 1
        guard zip_set_file_compression(handle, entry, ZIP_CM_STORE, 0) == 0,
            zip_file_set_dostime(handle, entry, 0, january1980, 0) == 0,
            zip_file_extra_field_set(
                handle, entry, Self.paddingField, zip_uint16_t(ZIP_EXTRA_FIELD_NEW), padding,
                zip_uint16_t(padding.count), zip_flags_t(ZIP_FL_LOCAL)) == 0
        else { throw failure() }
    }

    /// The identifier "FB" that PyTorch gives its own filling.
    private static let paddingField: zip_uint16_t = 0x4246

    func commit() throws {
        guard zip_close(handle) == 0 else { throw failure() }
        handle = nil
        try partial.commit(as: path)
    }

    private func failure() -> ArchiveFlaw {
        .unwritable(reason: String(cString: zip_strerror(handle)))
    }
}

private func message(_ code: Int32) -> String {
    var error = zip_error_t()
    zip_error_init_with_code(&error, code)
    defer { zip_error_fini(&error) }
    return String(cString: zip_error_strerror(&error))
}
