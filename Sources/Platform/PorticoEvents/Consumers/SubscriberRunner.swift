import Logging
import PorticoSQL
import PorticoValues

/// Works for one subscriber, on the node that has its lease.
struct SubscriberRunner: Sendable {
    static let lease = Span.seconds(30)
    private static let batch = 100

    let subscriber: any EventSubscriber
    let database: Database
    let outbox: EventOutbox
    let clock: Clock
    let logger: Logger
    let patience: EventPatience
    let parallel: Int
    let holder: String
    let metrics: EventMetrics

    private var cursor: EventCursor { EventCursor(consumer: subscriber.name) }
    private var parking: EventParking { EventParking(outbox) }

    /// What one step found.
    enum Step: Sendable {
        /// Another node does the work.
        case elsewhere
        case idle
        case worked
    }

    /// Handles the next events up to `end`, and what is due of those put aside.
    func step(through end: EventPosition) async throws -> Step {
        guard let begun = try await takeLease() else { return .elsewhere }
        let hasRetried = try await keepingLease { try await retries.run() }
        // Handlers take their time: another node may have taken over meanwhile, and be further.
        guard let from = try await hasRetried ? takeLease() : begun else { return .elsewhere }
        let (events, parked) = try await database.read { reading in
            (
                try outbox.history(after: from, through: end, limit: SubscriberRunner.batch, in: reading),
                try parking.keys(of: subscriber.name, in: reading)
            )
        }
        guard let last = events.last?.position else { return hasRetried ? .worked : .idle }
        let faults = try await keepingLease {
            try await KeyedHandling(subscriber: subscriber, parallel: parallel).run(events, parked: parked)
        }
        try await database.write { [clock] transaction in
            try cursor.advance(from: from, to: last, holder: holder, in: transaction)
            for (event, fault) in faults {
                try parking.park(
                    event, of: subscriber.name, fault: fault, patience: patience, at: clock.now(), in: transaction)
            }
        }
        metrics.handled(subscriber.name, events.count, faults: faults.count { $0.fault != nil }, at: last)
        return .worked
    }

    /// Takes or keeps the lease.
    /// - Returns: the position; nil when another node has the lease.
    private func takeLease() async throws -> EventPosition? {
        try await database.write { [clock] transaction in
            try cursor.lease(holder: holder, for: SubscriberRunner.lease, at: clock.now(), in: transaction)
        }
    }

    /// Gives the lease back, so that another node goes on at once.
    func release() async {
        // In a task of its own, because this one is cancelled.
        await Task {
            _ = try? await database.write { try cursor.release(holder: holder, in: $0) }
        }.value
    }

    private var retries: ParkedRetries {
        ParkedRetries(
            subscriber: subscriber, database: database, parking: parking, clock: clock, patience: patience,
            lease: SubscriberRunner.lease)
    }

    /// Extends the lease as long as `work` takes; ends the work when the lease is lost.
    private func keepingLease<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws
        -> Value
    {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(SubscriberRunner.lease.milliseconds / 3))
                    if try await takeLease() == nil { throw EventLeaseLost(consumer: subscriber.name) }
                }
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }
}

/// Tries events again that were put aside, each when its time has come, the events of one key in order.
struct ParkedRetries: Sendable {
    /// Events of one run, after which others get their turn.
    private static let turn = 100

    let subscriber: any EventSubscriber
    let database: Database
    let parking: EventParking
    let clock: Clock
    let patience: EventPatience
    /// How long a try may take before another node may begin one.
    let lease: Span

    /// - Returns: whether there was any.
    func run() async throws -> Bool {
        for turn in 0..<ParkedRetries.turn {
            let taken = try await next()
            guard let taken else { return turn > 0 }
            do {
                try await subscriber.handle(taken.event)
            } catch {
                try Task.checkCancellation()
                try await database.write { [clock] transaction in
                    try parking.note(taken, error, patience: patience, at: clock.now(), in: transaction)
                }
                continue
            }
            _ = try await database.write { [clock] in try parking.settle(taken, at: clock.now(), in: $0) }
        }
        return true
    }

    private func next() async throws -> ParkedEvent? {
        let isDue = try await database.read { [clock] reading in
            try reading.scalar(
                "events.is_due",
                """
                SELECT count(*) FROM (
                    SELECT 1 FROM event_parked
                    WHERE consumer = \(subscriber.name) AND state = 'retrying' AND due_at <= \(clock.now()) LIMIT 1) AS due
                """, as: Int.self)
        }
        guard isDue == 1 else { return nil }
        return try await database.write { [clock] transaction in
            try parking.take(of: subscriber.name, lease: lease, at: clock.now(), in: transaction)
        }
    }
}
