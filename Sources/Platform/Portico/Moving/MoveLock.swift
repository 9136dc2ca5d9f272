/// Keeps a target for one move at a time, by a lock of the server that ends with the connection that holds it.
enum MoveLock {
    private static let seed: Int64 = 7_071_191

    /// Runs `body` with the lock held on a connection of its own.
    /// - Parameter patience: how long to wait for another one that has it.
    /// - Throws: ``DataMoveRefusal`` when another move has the target, ``SQLError``, or what `body` throws.
    static func holding<Value: Sendable>(
        _ target: Database, patience: Span, _ body: () async throws -> Value
    ) async throws -> Value {
        let release = Release()
        let (taken, told) = AsyncThrowingStream.makeStream(of: Void.self, throwing: (any Error).self)
        // A task that is cancelled still gives the lock back in order.
        let holder = Task {
            do {
                try await target.readAtLength { reading in
                    try take(reading, patience)
                    told.yield()
                    release.wait()
                }
                told.finish()
            } catch {
                told.finish(throwing: error)
            }
        }
        do {
            for try await _ in taken { break }
            try Task.checkCancellation()
            let value = try await body()
            release.give()
            await holder.value
            return value
        } catch {
            release.give()
            await holder.value
            throw error
        }
    }

    /// The lock belongs to the transaction, so that a pool of connections between here and the server keeps it as well.
    private static func take(_ reading: Reading, _ patience: Span) throws {
        // The transaction rests for as long as the move lasts.
        _ = try reading.first(
            "move.patience",
            """
            SELECT set_config('idle_in_transaction_session_timeout', '0', true),
                set_config('lock_timeout', \("\(max(1, patience.milliseconds))ms"), true)
            """
        ) { _ in true }
        do {
            _ = try reading.first(
                "move.lock", "SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), \(seed)))"
            ) { _ in true }
        } catch let error as SQLError where error.code == .busy {
            throw DataMoveRefusal(description: "another move into this target is under way; this one has not begun")
        }
    }

    /// The end of the lock.
    ///
    /// `@unchecked Sendable`: `isGiven` is guarded by the lock.
    private final class Release: @unchecked Sendable {
        private let lock = ThreadLock()
        private var isGiven = false

        func give() {
            lock.withLock {
                isGiven = true
                lock.broadcast()
            }
        }

        func wait() {
            lock.withLock {
                while !isGiven { lock.wait() }
            }
        }
    }
}
