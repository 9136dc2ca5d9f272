import PorticoSQL
import PorticoValues

/// Copies the log into the file on a thread and a connection of its own, while the writer goes on committing.
///
/// SQLite lets one connection copy while another appends (https://www.sqlite.org/wal.html#ckpt). What it has copied is on
/// the disk when it says so; a crash in the middle loses nothing, because the log is still there.
///
/// `@unchecked Sendable`: what is mutable is guarded by `bell`; the connection stays on the thread.
final class Checkpointer: @unchecked Sendable {
    private let observe: @Sendable () -> Void
    private let open: @Sendable () throws -> SQLiteConnection
    private let bell = ThreadLock()
    private var isAsked = false
    private var isAtWork = false
    private var isRunning = false
    private var isClosed = false
    private var copied: Int?

    /// - Parameters:
    ///   - observe: hears whenever the log was copied.
    ///   - open: makes the connection, on the thread that uses it.
    init(
        observe: @escaping @Sendable () -> Void = {}, open: @escaping @Sendable () throws -> SQLiteConnection
    ) {
        self.observe = observe
        self.open = open
    }

    /// Wishes that the log be copied as far as it goes now. Does not wait.
    func ask() {
        let needsThread = bell.withLock {
            guard !isClosed else { return false }
            isAsked = true
            copied = nil
            bell.broadcast()
            defer { isRunning = true }
            return !isRunning
        }
        guard needsThread else { return }
        // Without a thread the writer copies, when the log is crowded.
        guard (try? startThread("sqlite-copy") { [self] in work() }) == nil else { return }
        bell.withLock { isRunning = false }
    }

    /// Pages of the log that were in the file when it last finished; nil while it is at work, and once it has been told.
    func takeCopied() -> Int? {
        bell.withLock {
            guard !isAsked, !isAtWork else { return nil }
            defer { copied = nil }
            return copied
        }
    }

    /// Copies nothing any more, and returns when its connection is closed. Blocks.
    func close() {
        bell.lock()
        isClosed = true
        bell.broadcast()
        while isRunning { bell.wait(until: monotonicNanoseconds() + 20_000_000) }
        bell.unlock()
    }

    private func work() {
        var connection: SQLiteConnection?
        while begin() {
            var count: Int?
            if let usable = try? connection ?? open() {
                connection = usable
                count = try? usable.copyLog()
                if count != nil { observe() }
            }
            bell.withLock {
                isAtWork = false
                if !isAsked { copied = count }
            }
        }
        connection = nil
        bell.withLock {
            isRunning = false
            bell.broadcast()
        }
    }

    /// Waits for a wish.
    /// - Returns: false when there will be none any more.
    private func begin() -> Bool {
        bell.lock()
        defer { bell.unlock() }
        while !isAsked, !isClosed { bell.wait() }
        guard !isClosed else { return false }
        isAsked = false
        isAtWork = true
        return true
    }
}

extension CheckpointPlan {
    /// Copies the log when it is time, or has it copied. A checkpoint that readers prevent is tried again when the log has
    /// grown.
    /// - Returns: whether the writer has copied it.
    mutating func afterCommit(
        on connection: SQLiteConnection, pages: Int, beside checkpointer: Checkpointer
    ) -> Bool {
        let step = due(connection.logPages, pages: pages, copied: checkpointer.takeCopied())
        if step == .ask { checkpointer.ask() }
        guard step == .finish || step == .restart else { return false }
        do {
            try connection.checkpoint(step == .restart ? .restart : .passive, patience: Self.patience)
            return true
        } catch {
            return false
        }
    }
}
