import Glibc

/// An open file of lines, locked against other processes until it is let go of.
final class LineFile {
    private let path: String
    private let descriptor: CInt

    private init(_ path: String, _ descriptor: CInt) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Opens a file and waits for its lock. One that is made is for its owner only.
    /// - Parameters:
    ///   - flags: those of open(2).
    ///   - lock: `LOCK_SH` beside other readers, or `LOCK_EX` alone. File systems that know no locks go without.
    static func open(_ path: String, _ flags: CInt, lock: CInt) throws(AuditCheckpointFileError) -> LineFile {
        // A pipe would have the opening wait for its other end.
        let descriptor = Glibc.open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw AuditCheckpointFileError(path, errno) }
        let file = LineFile(path, descriptor)
        guard try file.status().st_mode & 0o170_000 == 0o100_000 else {
            throw AuditCheckpointFileError(path: path, reason: "Not a regular file")
        }
        while flock(descriptor, lock) != 0, errno == EINTR {}
        return file
    }

    /// Its length in bytes.
    func size() throws(AuditCheckpointFileError) -> Int {
        Int(try status().st_size)
    }

    /// Up to `count` bytes, fewer only at the end.
    func read(from start: Int, count: Int) throws(AuditCheckpointFileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(start + done))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw AuditCheckpointFileError(path, errno) }
            if got == 0 { break }
            done += got
        }
        return Array(bytes.prefix(done))
    }

    /// Appends a line, and returns when it is on the disk. What a crash has left of a line before stays a line of its
    /// own; of one that found no room nothing is left.
    func append(_ line: String) throws(AuditCheckpointFileError) {
        let before = try size()
        let end = before > 0 ? try read(from: before - 1, count: 1) : [0x0A]
        let bytes: [UInt8] = (end == [0x0A] ? [] : [0x0A]) + Array(line.utf8) + [0x0A]
        var written = write(descriptor, bytes, bytes.count)
        while written < 0, errno == EINTR { written = write(descriptor, bytes, bytes.count) }
        guard written == bytes.count else {
            let error = AuditCheckpointFileError(path, written < 0 ? errno : ENOSPC)
            if written > 0 { ftruncate(descriptor, off_t(before)) }
            throw error
        }
        guard fsync(descriptor) == 0 else { throw AuditCheckpointFileError(path, errno) }
    }

    private func status() throws(AuditCheckpointFileError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw AuditCheckpointFileError(path, errno) }
        return status
    }
}

/// A file of checkpoints can't be opened, read or written.
public struct AuditCheckpointFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where the file is, or should be.
    public let path: String
    /// The system's words.
    public let reason: String

    init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// - Parameter number: the system's number for the reason.
    init(_ path: String, _ number: CInt) {
        self.init(path: path, reason: String(cString: strerror(number)))
    }

    /// The path and the system's words.
    public var description: String { "\(path): \(reason)" }
}
