import Glibc
import PorticoSQL

/// The file of a database, before SQLite sees it.
enum DatabaseFile {
    /// Makes the folder (owner only) and an empty file (mode 0600) where they are missing. SQLite gives the log beside
    /// it the same mode.
    /// - Throws: ``SQLError`` `.unavailable` when the system refuses.
    static func prepare(_ path: String) throws {
        var folder = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            folder += "\(part)/"
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST || errno == EROFS || errno == EACCES else {
                throw refusal("the folder of", path)
            }
        }
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            throw refusal("the file", path)
        }
        close(descriptor)
    }

    /// Size of a file in bytes, 0 when there is none.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Removes a file with what SQLite may have put beside it.
    static func remove(_ path: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
    }

    private static func refusal(_ what: String, _ path: String) -> SQLError {
        SQLError(.unavailable, message: "\(what) \(path) can't be made: \(String(cString: strerror(errno)))")
    }
}
