import Foundation

/// What a path leads to, whatever its spelling.
package struct FileIdentity: Hashable {
    private let device: UInt64
    private let inode: UInt64

    /// nil if the path leads nowhere.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

extension FileIdentity {
    /// nil if the path leads to no pipe.
    package init?(ofPipe path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return nil }
        self.init(path)
    }

    /// A folder and everything in it, to any depth.
    static func contents(of folder: String) -> Set<FileIdentity> {
        let inside = ((try? fileNames(in: folder)) ?? []).map { join(folder, $0) }
        return inside.reduce(into: Set([FileIdentity(folder)].compactMap { $0 })) { all, path in
            isFolder(path) && !isLink(path)
                ? all.formUnion(contents(of: path))
                : all.formUnion([FileIdentity(path)].compactMap { $0 })
        }
    }

    /// What a command reads of an input: a file, or the files of a folder and of the folders in it, as
    /// data of many tasks lie. Links on the way are followed.
    ///
    /// - Parameter output: a folder that may lie in the input without being read.
    static func read(
        from input: String, besides output: FileIdentity?, depth: Int = 2
    ) -> Set<FileIdentity> {
        guard let identity = FileIdentity(input) else { return [] }
        guard isFolder(input), depth > 0 else { return [identity] }
        return ((try? fileNames(in: input)) ?? []).reduce(into: [identity]) { all, name in
            let path = join(input, name)
            guard isLink(path) || FileIdentity(path) != output else { return }
            all.formUnion(read(from: path, besides: output, depth: depth - 1))
        }
    }
}
