import Glibc
import PorticoSQL
import PorticoValues

/// A file outside the database that checkpoints of an application's audit are appended to, one a line. Several
/// applications, and several nodes of a machine, may share one.
///
/// What is done with the file is done on a thread of its own, because a disk may take long.
public struct AuditCheckpointFile: Sendable {
    /// Bytes at its end in which the last checkpoint is looked for: some two hundred lines.
    private static let reach = 65_536

    /// Where it is.
    public let path: String
    /// Whose checkpoints, and who signs them.
    public let keys: AuditCheckpointKeys

    /// A file, which need not be there yet.
    public init(path: String, keys: AuditCheckpointKeys) {
        self.path = path
        self.keys = keys
    }

    /// The checkpoints of the application in the file.
    /// - Throws: ``AuditCheckpointFileError``, also when there is no such file; `CancellationError`.
    public func list() async throws -> AuditCheckpointList {
        try await OwnThread.run { [self] _ in
            let file = try LineFile.open(path, O_RDONLY, lock: LOCK_SH)
            return AuditCheckpointList(try file.read(from: 0, count: file.size()), of: keys)
        }
    }

    /// Finds out whether lines can be appended. Makes an empty file where there is none, for its owner only.
    /// - Throws: ``AuditCheckpointFileError`` when they can't; `CancellationError`.
    public func prepare() async throws {
        try await OwnThread.run { [self] _ in _ = try openForAppending() }
    }

    /// Appends a checkpoint when the chain has grown since the last one in the file, and returns when it is on the
    /// disk. However many do so at once, the file gets one.
    /// - Returns: the checkpoint; nil when there was nothing new.
    /// - Throws: ``AuditCheckpointFileError``; ``SQLError``; `CancellationError`.
    @discardableResult
    public func publish(from database: Database, at now: Instant) async throws -> AuditCheckpoint? {
        let end = try await database.read { try AuditChain.end(in: $0) }
        guard end.seq > 0 else { return nil }
        return try await OwnThread.run { [self] _ -> AuditCheckpoint? in
            let file = try openForAppending()
            if let newest = try last(in: file), newest.seq >= end.seq { return nil }
            let checkpoint = keys.checkpoint(of: end, at: now)
            try file.append(checkpoint.line)
            return checkpoint
        }
    }

    private func openForAppending() throws(AuditCheckpointFileError) -> LineFile {
        try LineFile.open(path, O_RDWR | O_APPEND | O_CREAT, lock: LOCK_EX)
    }

    /// The last checkpoint of the application. Lines that nobody with the keys has signed don't count, or a number made
    /// up would keep the next checkpoints from being written.
    private func last(in file: LineFile) throws(AuditCheckpointFileError) -> AuditCheckpoint? {
        let size = try file.size()
        let start = max(0, size - AuditCheckpointFile.reach)
        let bytes = try file.read(from: start, count: size - start)
        for line in bytes.split(separator: 0x0A).reversed() {
            guard let checkpoint = AuditCheckpoint(line), checkpoint.application == keys.application,
                keys.fault(of: checkpoint) == nil
            else { continue }
            return checkpoint
        }
        return nil
    }
}
