import PorticoEvents
import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoJobs
import PorticoSQL
import PorticoValues

/// What operators see of the events of an application and of those who consume them, and what they do about what was put
/// aside. Everything done is in the audit.
public struct EventConsole: Sendable {
    let outbox: EventOutbox
    let database: Database
    let queue: JobQueue
    /// Projections that can be built anew, by name.
    let rebuildable: [String: any RebuildableProjection]
    /// Consumers that bear to handle events again.
    let rewindable: Set<String>
    private let clock: Clock

    /// A console over the events of an application.
    /// - Parameters:
    ///   - queue: what builds projections anew; see ``handle(in:)``.
    ///   - rebuildable: the projections that can be built anew.
    ///   - rewindable: names of subscribers that know repetitions. A projection is none: it would count twice.
    public init(
        outbox: EventOutbox, database: Database, queue: JobQueue, clock: Clock,
        rebuildable: [any RebuildableProjection] = [], rewindable: Set<String> = []
    ) {
        self.outbox = outbox
        self.database = database
        self.queue = queue
        self.clock = clock
        self.rebuildable = Dictionary(rebuildable.map { ($0.name, $0) }) { first, _ in first }
        self.rewindable = rewindable
    }

    private var parking: EventParking { EventParking(outbox) }

    /// One consumer, with some of what it has put aside.
    struct OneConsumer: Sendable {
        let standing: EventConsumerStanding
        let parked: [ParkedEvent]
        /// The last of these, where more follow.
        let next: EventPosition?
    }

    /// Everybody who consumes, and one of them more closely.
    /// - Throws: ``Problem`` 404 for a consumer that nobody knows; ``SQLError``.
    func look(
        at name: String?, after position: EventPosition, limit: Int = 50
    ) async throws -> (standings: EventStandings, one: OneConsumer?) {
        try await database.read { [parking] reading -> (standings: EventStandings, one: OneConsumer?) in
            let standings = try EventStandings(in: reading)
            guard let name else { return (standings, nil) }
            guard let standing = standings.consumers.first(where: { $0.consumer == name }) else {
                throw EventConsole.noSuchConsumer
            }
            let found = try parking.events(of: name, after: position, limit: limit + 1, in: reading)
            let shown = Array(found.prefix(limit))
            let next = found.count > limit ? shown.last?.event.position : nil
            return (standings, OneConsumer(standing: standing, parked: shown, next: next))
        }
    }

    /// Tries again what was put aside, with all of its tries.
    /// - Parameter position: one event; nil for all of the consumer that do not wait behind another.
    /// - Returns: how many.
    /// - Throws: ``Problem`` 404 for one that does not lie there or waits behind another; ``SQLError``.
    func retry(_ consumer: String, _ position: EventPosition?, by context: RequestContext) async throws -> Int {
        try await database.write { [parking] transaction in
            let count = try parking.retry(consumer, position, at: context.now, in: transaction)
            if count == 0, position != nil { throw EventConsole.notParked }
            if count > 0 {
                let told = EventConsole.audited(position, count: count)
                try transaction.audit(AuditEntry("event.retried", entity: consumer, after: told, by: context))
            }
            return count
        }
    }

    /// Gives an event up for a consumer; those behind it follow.
    /// - Throws: ``Problem`` 404; ``SQLError``.
    func discard(_ consumer: String, _ position: EventPosition, by context: RequestContext) async throws {
        try await database.write { [parking] transaction in
            guard try parking.discard(consumer, position, at: context.now, in: transaction) else {
                throw EventConsole.notParked
            }
            let told = EventConsole.audited(position, count: 1)
            try transaction.audit(AuditEntry("event.discarded", entity: consumer, before: told, by: context))
        }
    }

    /// Lets a subscriber handle again what came after a position.
    /// - Throws: ``Problem`` 409 where it does not bear that or events after the position are gone, 422 for a position that
    ///   it has yet to reach; ``SQLError``.
    func rewind(_ consumer: String, to position: EventPosition, by context: RequestContext) async throws {
        guard rewindable.contains(consumer) else {
            throw Problem(409, "not_rewindable", "This consumer would count events twice.")
        }
        do {
            try await database.write { [outbox] transaction in
                let standings = try EventStandings(in: transaction)
                guard let present = standings.consumers.first(where: { $0.consumer == consumer })?.position else {
                    throw EventConsole.noSuchConsumer
                }
                guard position <= present else {
                    throw Problem(422, "position_ahead", "It has come to \(present.text): events would be skipped.")
                }
                try outbox.rewind(consumer, to: position, in: transaction)
                try transaction.audit(
                    AuditEntry(
                        "event.rewound", entity: consumer, before: ["position": .integer(present.id)],
                        after: ["position": .integer(position.id)], by: context))
            }
        } catch let gone as EventsGone {
            throw Problem(409, "events_gone", "Events are kept from \(gone.first.text) on; those before it are gone.")
        }
    }

    /// Has a projection built anew beside the rows in force.
    /// - Returns: the job that does it.
    /// - Throws: ``Problem`` 409 for one that can't be; ``SQLError``.
    func rebuild(_ projection: String, by context: RequestContext) async throws -> Int64 {
        guard rebuildable[projection] != nil else {
            throw Problem(409, "not_rebuildable", "This projection can't be built anew.")
        }
        return try await database.write { [queue] transaction in
            let ticket = try queue.enqueue(RebuildProjection(projection: projection), in: transaction)
            try transaction.audit(
                AuditEntry(
                    "event.rebuild_asked", entity: projection, after: ["job": .integer(ticket.id)], by: context))
            return ticket.id
        }
    }

    /// Adds what builds projections anew to what the application's worker does.
    public func handle(in book: inout JobBook) {
        book.handle(RebuildProjection.self) { [database, outbox, clock, rebuildable] job, run in
            guard let projection = rebuildable[job.projection] else {
                throw JobFailure.permanent("no_projection", "No projection of this name can be built anew.")
            }
            let rebuild = ProjectionRebuild(projection, database: database, outbox: outbox, clock: clock)
            do {
                try await rebuild.run { progress in
                    try await run.progress(Int64(progress.done), of: Int64(max(progress.done, progress.total)))
                }
            } catch RebuildError.notKept(let kind) {
                throw JobFailure.permanent("not_kept", "Events \(kind) are not kept for ever: rows would be missing.")
            } catch RebuildError.underWay {
                // One that was interrupted is taken up when its lease is over.
                throw JobFailure.postponed(by: .minutes(1), "under_way", "It is being built by another run.")
            }
        }
    }

    private static func audited(_ position: EventPosition?, count: Int) -> JSONValue {
        ["event": position.map { .integer($0.id) } ?? .null, "count": .integer(Int64(count))]
    }

    private static var noSuchConsumer: Problem { Problem(404, "not_found", "There is no consumer of this name.") }
    private static var notParked: Problem {
        Problem(404, "event_not_parked", "The event does not lie there any more, or waits behind another one.")
    }
}
