import PorticoSQL
import PorticoValues

/// One write of a caller, as the group that commits it sees it. Lives on the writer's thread.
protocol GroupMember: AnyObject {
    /// Runs the caller's closure; may be asked again when its transaction was lost through no fault of its own.
    func run(on connection: SQLiteConnection) throws
    /// Tells the caller: nil after the commit, else why nothing was changed.
    func settle(_ failure: (any Error)?)
}

/// A caller's closure with what it gave and who waits for it.
///
/// `@unchecked Sendable`: made by the caller, then touched by the writer's thread only.
final class PendingWrite<Value: Sendable>: GroupMember, @unchecked Sendable {
    private let observer: StatementObserver
    private let body: @Sendable (Transaction) throws -> Value
    private let caller: CheckedContinuation<Value, any Error>
    private var outcome: (value: Value, channel: SessionChannel)?

    init(
        _ observer: StatementObserver, _ caller: CheckedContinuation<Value, any Error>,
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) {
        self.observer = observer
        self.caller = caller
        self.body = body
    }

    func run(on connection: SQLiteConnection) throws {
        outcome = nil
        let channel = SessionChannel(connection, dialect: .sqlite, observer: observer)
        outcome = (try body(Transaction(channel)), channel)
    }

    func settle(_ failure: (any Error)?) {
        if let failure { return caller.resume(throwing: failure) }
        guard let outcome else {
            return caller.resume(
                throwing: SQLError(.other, message: "the transaction was committed without having run"))
        }
        for work in outcome.channel.afterCommit { work() }
        caller.resume(returning: outcome.value)
    }
}

/// Commits the writes of many callers together, so that they share one flush to disk.
///
/// The thread of the pool that gets a write leads a group: it begins a transaction and runs its own closure, then those
/// that wait meanwhile, each in a savepoint of its own, until nobody waits or the limits are reached. Then it commits
/// once and tells everyone. A closure that throws is undone alone; the callers hear of their fate after the commit, so
/// that nobody is refused because of a row which then did not become true.
struct GroupWriter: Sendable {
    let pool: WorkerPool<SQLiteConnection>
    /// The most writes in one commit.
    let limit: Int
    /// After how many nanoseconds a group takes no more writes.
    let holdNanoseconds: Int64
    /// Hears of every commit: its number of writes and the pages in the log.
    let observe: @Sendable (_ writes: Int, _ logPages: Int) -> Void
    /// Hears when the log was copied into the file.
    let observeCheckpoint: @Sendable () -> Void
    /// Pages in the log from which on it is copied into the file.
    let checkpointPages: Int
    /// Copies it.
    let checkpointer: Checkpointer

    func submit(_ member: some GroupMember & Sendable) {
        pool.submit { connection in
            switch connection {
            case .failure(let error): member.settle(error)
            case .success(let connection) where connection.isCommitting: connection.joined.append(member)
            case .success(let connection): lead(member, on: connection)
            }
        }
    }

    private func lead(_ first: any GroupMember, on connection: SQLiteConnection) {
        connection.isCommitting = true
        defer { connection.isCommitting = false }
        connection.joined = [first]
        repeat {
            commitGroup(on: connection)
        } while !connection.joined.isEmpty
        let hasCopied = connection.checkpoints.afterCommit(
            on: connection, pages: checkpointPages, beside: checkpointer)
        if hasCopied { observeCheckpoint() }
    }

    /// Begins, runs members, commits and settles them. Those that must be run again are left in `joined`.
    private func commitGroup(on connection: SQLiteConnection) {
        var group = Group()
        do {
            try connection.execute("BEGIN IMMEDIATE")
            try run(&group, on: connection)
            try connection.execute("COMMIT")
            observe(group.done.count, connection.logPages)
            group.settle()
        } catch is LostTransaction {
            connection.rollBack()
            // Those that had succeeded come before those that have not run yet.
            connection.joined = group.done + connection.joined
            group.settleFailed()
        } catch {
            connection.rollBack()
            let failed = group.done.isEmpty ? connection.joined : group.done
            if group.done.isEmpty { connection.joined = [] }
            for member in failed { member.settle(error) }
            group.settleFailed()
        }
    }

    private func run(_ group: inout Group, on connection: SQLiteConnection) throws {
        let end = monotonicNanoseconds() + holdNanoseconds
        while group.count < limit, group.count == 0 || monotonicNanoseconds() < end,
            let member = next(on: connection)
        {
            do {
                try group.done.isEmpty ? runAlone(member, on: connection) : runGuarded(member, on: connection)
                group.done.append(member)
            } catch {
                group.failed.append((member, error))
                // The first runs without a savepoint: when it fails, so does the transaction, which holds nothing else.
                if group.done.isEmpty || !connection.isInTransaction { throw LostTransaction() }
            }
        }
    }

    private func next(on connection: SQLiteConnection) -> (any GroupMember)? {
        if connection.joined.isEmpty { pool.takeWaiting()?(.success(connection)) }
        return connection.joined.isEmpty ? nil : connection.joined.removeFirst()
    }

    private func runAlone(_ member: any GroupMember, on connection: SQLiteConnection) throws {
        connection.watch.renew()
        try member.run(on: connection)
        guard connection.isInTransaction else {
            throw SQLError(.syntax, message: "the closure ended its own transaction")
        }
        guard !connection.hasBrokenForeignKey else {
            throw SQLError(.foreignKeyViolation, message: "a deferred foreign key refers to nothing")
        }
    }

    private func runGuarded(_ member: any GroupMember, on connection: SQLiteConnection) throws {
        try connection.execute("SAVEPOINT member")
        do {
            try runAlone(member, on: connection)
            try connection.execute("RELEASE member")
        } catch {
            if connection.isInTransaction, !connection.undoMember() { connection.rollBack() }
            throw error
        }
    }

    /// The members of one transaction that have run.
    private struct Group {
        var done: [any GroupMember] = []
        var failed: [(member: any GroupMember, error: any Error)] = []
        var count: Int { done.count + failed.count }

        func settle() {
            for member in done { member.settle(nil) }
            settleFailed()
        }

        func settleFailed() {
            for (member, error) in failed { member.settle(error) }
        }
    }

    /// The transaction is gone with what it held; whoever had succeeded in it runs again.
    private struct LostTransaction: Error {}
}

extension SQLiteConnection {
    /// Undoes everything since BEGIN. Without a transaction there is nothing to undo.
    fileprivate func rollBack() {
        guard isInTransaction else { return }
        try? execute("ROLLBACK")
    }

    /// Undoes the member that runs.
    /// - Returns: false when the savepoint is gone.
    fileprivate func undoMember() -> Bool {
        do {
            try execute("ROLLBACK TO member")
            try execute("RELEASE member")
            return true
        } catch {
            return false
        }
    }
}
