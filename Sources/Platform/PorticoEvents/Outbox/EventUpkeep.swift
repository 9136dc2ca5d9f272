import Logging
import PorticoSQL
import PorticoValues

/// What is done about events once a minute: what is old goes, and what stands where is shown.
///
/// It runs beside the delivery and never holds it up: each batch is a transaction of its own, with room for others between
/// two. Nodes that do it at once find what the other has left.
struct EventUpkeep: Sendable {
    static let interval = Span.minutes(1)

    let database: Database
    let outbox: EventOutbox
    let clock: Clock
    let logger: Logger
    let metrics: EventMetrics
    let patience: EventPatience

    /// Does it every minute after `beginning` until the task is cancelled.
    func run(since beginning: Instant) async {
        var last = beginning
        while (try? await Task.sleep(for: .seconds(1))) != nil, !Task.isCancelled {
            let now = clock.now()
            guard EventUpkeep.isDue(since: last, at: now) else { continue }
            last = now
            do {
                try await clean(at: now)
                try await show(at: now)
            } catch is CancellationError {
                return
            } catch {
                logger.warning("old events stay for now", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Whether it is time again. After a clock was set back it does not say how long ago the last time was.
    static func isDue(since last: Instant, at now: Instant) -> Bool {
        now < last || now - last >= interval
    }

    /// Removes everything that has become old: events, what the log has kept long enough, answers of commands.
    /// - Throws: ``SQLError``, `CancellationError` between two batches.
    func clean(at now: Instant) async throws {
        try await batches { [outbox] in try outbox.pruneRows(at: now, in: $0) }
        for rule in outbox.log.rules {
            try await batches { [outbox] in try outbox.shortenLog(by: rule, at: now, in: $0) }
        }
        try await batches { try CommandDesk.forget(at: now, in: $0) }
    }

    /// Shows who stands where.
    /// - Throws: ``SQLError``.
    func show(at now: Instant) async throws {
        let standings = try await database.read { [patience] in
            try EventStandings(mostParked: patience.mostParked, in: $0)
        }
        metrics.show(standings, at: now)
    }

    /// Runs a step until it finds less than a batch.
    private func batches(_ step: @escaping @Sendable (Transaction) throws -> Int) async throws {
        while try await database.write(step) >= EventOutbox.pruneBatch {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
