import PorticoSQL
import PorticoValues

/// How far a rebuild is.
public struct RebuildProgress: Sendable, Hashable {
    /// The generation that is built.
    public let generation: Int64
    /// Events read so far.
    public let done: Int
    /// Events there were when it began; more may have come since.
    public let total: Int
    /// Whether readers see the new rows.
    public let isFinished: Bool
}

/// Why a rebuild does not go on.
public enum RebuildError: Error, Sendable, Hashable {
    /// The log does not keep a kind for ever that the projection reads: rows would be missing.
    case notKept(kind: String)
    /// Another one of this projection is under way.
    case underWay
}

/// Builds a projection anew from log and outbox, beside the rows in force, and lets readers see it when it has caught up.
///
/// Events are delivered meanwhile as ever; the swap is one short transaction. A rebuild that was interrupted goes on where
/// it was. An event that can't be applied ends it with that error, and nothing is swapped; what the present rows had put
/// aside is part of the new ones.
public struct ProjectionRebuild: Sendable {
    private static let lease = Span.minutes(2)

    private let projection: any RebuildableProjection
    private let database: Database
    private let outbox: EventOutbox
    private let clock: Clock
    private let batch: Int
    private let holder: String

    /// A rebuild.
    /// - Parameter batch: events in one transaction.
    public init(
        _ projection: any RebuildableProjection, database: Database, outbox: EventOutbox, clock: Clock, batch: Int = 500
    ) {
        self.projection = projection
        self.database = database
        self.outbox = outbox
        self.clock = clock
        self.batch = max(1, batch)
        self.holder = UUIDv7(at: clock.now()).description
    }

    private struct Build: Sendable {
        var generation: Int64
        var position: EventPosition
        var done: Int
        var total: Int
        var isSwapped = false

        var progress: RebuildProgress {
            RebuildProgress(generation: generation, done: done, total: total, isFinished: isSwapped)
        }
    }

    private var cursor: EventCursor { EventCursor(consumer: projection.name) }

    /// Builds until readers see the result.
    /// - Parameter telling: called after each batch.
    /// - Throws: ``RebuildError``, ``SQLError``, what the projection or `telling` throws, `CancellationError`.
    @discardableResult
    public func run(
        _ telling: @Sendable (RebuildProgress) async throws -> Void = { _ in }
    ) async throws -> RebuildProgress {
        if let kind = projection.kinds.first(where: { !outbox.log.keepsForever($0) }) {
            throw RebuildError.notKept(kind: kind)
        }
        var build = try await begin()
        let old = build.generation - 1
        while !build.isSwapped {
            try Task.checkCancellation()
            build = try await step(build)
            try await telling(build.progress)
        }
        while try await database.write({ [projection] in try projection.clear(old, limit: 1000, in: $0) }) > 0 {
            try Task.checkCancellation()
        }
        return build.progress
    }

    /// Begins, or takes up what was interrupted.
    private func begin() async throws -> Build {
        try await database.write { transaction in
            let now = clock.now()
            let end = try cursor.lock(in: transaction)
            let live = try EventGeneration.number(of: projection.name, in: transaction)
            let total = try outbox.count(after: .start, through: end, in: transaction)
            try transaction.execute(
                "events.begin_build",
                """
                INSERT INTO event_builds (projection, generation, id, done, total, holder, lease_until)
                VALUES (\(projection.name), \(live + 1), 0, 0, \(total), \(holder), \(now + ProjectionRebuild.lease))
                ON CONFLICT (projection) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
                WHERE event_builds.lease_until <= \(now)
                """)
            return try mine(in: transaction)
        }
    }

    private func mine(in transaction: Transaction) throws -> Build {
        let build = try transaction.first(
            "events.build",
            """
            UPDATE event_builds SET lease_until = \(clock.now() + ProjectionRebuild.lease)
            WHERE projection = \(projection.name) AND holder = \(holder) RETURNING generation, id, done, total
            """
        ) { Build(generation: try $0[0], position: EventPosition(id: try $0[1]), done: try $0[2], total: try $0[3]) }
        guard let build else { throw RebuildError.underWay }
        return build
    }

    /// One batch; the last one swaps.
    private func step(_ before: Build) async throws -> Build {
        let live = try await database.read { try cursor.position(in: $0) } ?? .start
        let isLast = before.position >= live
        return try await database.write { transaction in
            // The swap locks the position, so that the end stands still; batches before it lock nobody out.
            let end = isLast ? try cursor.lock(in: transaction) : live
            var build = try mine(in: transaction)
            let events = try outbox.history(after: build.position, through: end, limit: batch, in: transaction)
            try apply(events, to: build.generation, in: transaction)
            build.done += events.count
            build.position = events.count < batch ? max(end, build.position) : events.last?.position ?? end
            if isLast, build.position >= end {
                try swap(build, in: transaction)
                build.isSwapped = true
            } else {
                try keep(build, in: transaction)
            }
            return build
        }
    }

    private func apply(_ events: [PublishedEvent], to generation: Int64, in transaction: Transaction) throws {
        let kinds = Set(projection.kinds)
        let read = events.filter { kinds.contains($0.event.kind) }
        if !read.isEmpty { try projection.apply(read, to: generation, in: transaction) }
    }

    private func keep(_ build: Build, in transaction: Transaction) throws {
        try transaction.execute(
            "events.keep_build",
            """
            UPDATE event_builds SET id = \(build.position.id), done = \(build.done)
            WHERE projection = \(projection.name)
            """)
    }

    private func swap(_ build: Build, in transaction: Transaction) throws {
        try transaction.execute(
            "events.swap",
            "UPDATE event_positions SET generation = \(build.generation) WHERE projection = \(projection.name)")
        try transaction.execute("events.end_build", "DELETE FROM event_builds WHERE projection = \(projection.name)")
        // The new rows have what the old ones lacked.
        try transaction.execute("events.swap_parked", "DELETE FROM event_parked WHERE consumer = \(projection.name)")
    }
}
