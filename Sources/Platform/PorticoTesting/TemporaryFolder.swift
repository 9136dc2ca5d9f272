import Glibc

/// A folder for one test, under the system's folder for temporary files.
public struct TemporaryFolder: Sendable {
    /// Path of the folder, without a slash at the end.
    public let path: String

    /// Makes an empty folder that nobody else knows.
    /// - Throws: ``TemporaryFolderError`` when the system refuses.
    public init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/portico-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TemporaryFolderError(description: "no temporary folder in \(base): error \(errno)")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Path of a file in the folder.
    public func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Removes the folder with all that is in it.
    public func remove() {
        TemporaryFolder.remove(path)
    }

    private static func remove(_ path: String) {
        // A folder can't be unlinked, and a link is not followed.
        if unlink(path) == 0 { return }
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}

/// No folder could be made.
public struct TemporaryFolderError: Error, CustomStringConvertible {
    /// What the system said.
    public let description: String
}
