import Glibc

/// A file without a name, for bytes that are too many for memory: it is gone with its last owner, or with the process.
///
/// Lies in the folder that `TMPDIR` names, else in `/var/tmp`, which is on a disk where `/tmp` may be in memory.
/// Appending is for one owner at a time; reading may go on beside it.
public final class TemporaryFile: Sendable {
    private let descriptor: CInt

    /// An empty file.
    /// - Throws: ``TemporaryFileError`` where none can be made.
    public init() throws(TemporaryFileError) {
        let folder = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
        var template = Array("\(folder)/portico-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw TemporaryFileError(errno) }
        // No child process may keep it alive.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(template)
    }

    deinit { close(descriptor) }

    /// Writes all of `bytes` at `offset`, counted from 0.
    /// - Throws: ``TemporaryFileError``, for one when the disk is full.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(TemporaryFileError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw TemporaryFileError(errno) }
            done += count
        }
    }

    /// Writes all of `bytes` at `offset`, counted from 0.
    /// - Throws: ``TemporaryFileError``, for one when the disk is full.
    public func write(_ bytes: [UInt8], at offset: Int) throws(TemporaryFileError) {
        // The library's closure hands on errors of one type only as a result.
        let outcome: Result<Void, TemporaryFileError> = bytes.withUnsafeBytes { raw in
            do throws(TemporaryFileError) {
                try write(raw, at: offset)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    /// Up to `count` bytes from `offset` on, fewer only at the end of the file.
    /// - Throws: ``TemporaryFileError``.
    public func read(at offset: Int, count: Int) throws(TemporaryFileError) -> [UInt8] {
        // All empty arrays are one, and making one of a buffer writes to it.
        guard count > 0 else { return [] }
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            while initialized < count {
                let start = target.baseAddress.map { $0 + initialized }
                let read = pread(descriptor, start, count - initialized, off_t(offset + initialized))
                if read < 0, errno == EINTR { continue }
                if read < 0 { failure = errno }
                guard read > 0 else { return }
                initialized += read
            }
        }
        guard failure == 0 else { throw TemporaryFileError(failure) }
        return bytes
    }
}

/// A temporary file can't be made, read or written.
public struct TemporaryFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The system's number for the reason.
    public let number: CInt

    init(_ number: CInt) {
        self.number = number
    }

    /// Whether there is no room for it.
    public var isFull: Bool { number == ENOSPC || number == EDQUOT }

    /// The system's words.
    public var description: String { "temporary file: \(String(cString: strerror(number)))" }
}
