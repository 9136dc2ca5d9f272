import PorticoSQL
import PorticoValues

/// Applies events to one projection: a batch in the transaction that advances its position, and where a batch fails its
/// events one by one, so that the one that is wrong is put aside and the others go on.
struct ProjectionRunner: Sendable {
    private static let batch = 500

    let projection: any EventProjection
    let database: Database
    let outbox: EventOutbox
    let clock: Clock
    let patience: EventPatience
    let metrics: EventMetrics

    private var cursor: EventCursor { EventCursor(consumer: projection.name) }
    private var parking: EventParking { EventParking(outbox) }

    /// What one transaction did.
    private struct Step: Sendable {
        var count = 0
        var last = EventPosition.start
    }

    /// Applies the next events up to `end`, and what is due of those put aside.
    /// - Returns: whether there may be more.
    func step(through end: EventPosition) async throws -> Bool {
        let hasRetried = try await retry()
        guard try await hasNews(through: end) else { return hasRetried }
        do {
            return try await advance(ProjectionRunner.batch, through: end) == ProjectionRunner.batch
        } catch  where EventPatience.isFault(error) {
            for _ in 0..<ProjectionRunner.batch where try await advanceOne(through: end) == 0 { return false }
            return true
        }
    }

    private func hasNews(through end: EventPosition) async throws -> Bool {
        try await database.read { [outbox] reading in
            let position = try cursor.position(in: reading) ?? .start
            return try !outbox.history(after: position, through: end, limit: 1, in: reading).isEmpty
        }
    }

    /// - Returns: number of events passed.
    private func advance(_ limit: Int, through end: EventPosition) async throws -> Int {
        let step = try await database.write { [outbox, clock, patience] transaction -> Step in
            let position = try cursor.lock(in: transaction)
            let events = try outbox.history(after: position, through: end, limit: limit, in: transaction)
            guard let last = events.last?.position else { return Step() }
            let parked = try parking.keys(of: projection.name, in: transaction)
            for event in events where parked.contains(event.event.key) {
                try parking.park(
                    event, of: projection.name, fault: nil, patience: patience, at: clock.now(), in: transaction)
            }
            let free = parked.isEmpty ? events : events.filter { !parked.contains($0.event.key) }
            if !free.isEmpty { try projection.apply(free, in: transaction) }
            try cursor.advance(to: last, in: transaction)
            return Step(count: events.count, last: last)
        }
        if step.count > 0 { metrics.handled(projection.name, step.count, at: step.last) }
        return step.count
    }

    private func advanceOne(through end: EventPosition) async throws -> Int {
        do {
            return try await advance(1, through: end)
        } catch  where EventPatience.isFault(error) {
            return try await putAside(error, through: end)
        }
    }

    /// Puts the next event aside, whose application has failed.
    private func putAside(_ fault: any Error, through end: EventPosition) async throws -> Int {
        let passed = try await database.write { [outbox, clock, patience] transaction -> EventPosition? in
            let position = try cursor.lock(in: transaction)
            guard let event = try outbox.history(after: position, through: end, limit: 1, in: transaction).first else {
                return nil
            }
            try parking.park(
                event, of: projection.name, fault: fault, patience: patience, at: clock.now(), in: transaction)
            try cursor.advance(to: event.position, in: transaction)
            return event.position
        }
        guard let passed else { return 0 }
        metrics.handled(projection.name, 1, faults: 1, at: passed)
        return 1
    }

    // MARK: What was put aside

    /// - Returns: whether there was any.
    private func retry() async throws -> Bool {
        var hasRetried = false
        while let due = try await firstDue() {
            hasRetried = true
            do {
                try await applyAgain(due)
            } catch  where EventPatience.isFault(error) {
                try await database.write { [clock, patience] transaction in
                    try parking.noteApplied(due, error, patience: patience, at: clock.now(), in: transaction)
                }
            }
        }
        return hasRetried
    }

    private func firstDue() async throws -> ParkedEvent? {
        try await database.read { [clock] reading in
            try reading.first(
                "events.due_parked",
                """
                SELECT \(ParkedEvent.columns) FROM event_parked
                WHERE consumer = \(projection.name) AND state = 'retrying' AND due_at <= \(clock.now())
                ORDER BY id LIMIT 1
                """
            ) { try ParkedEvent($0) }
        }
    }

    private func applyAgain(_ due: ParkedEvent) async throws {
        try await database.write { [clock] transaction in
            // The row of the position keeps other nodes and rebuilds away.
            _ = try cursor.lock(in: transaction)
            guard try parking.settle(due, at: clock.now(), in: transaction) else { return }
            try projection.apply([due.event], in: transaction)
        }
    }
}
