import PorticoJSON
import PorticoSQL
import PorticoValues

/// Where an event stands that was put aside.
public enum ParkedEventState: String, Sendable, CaseIterable, SQLBindable, SQLReadable {
    /// Its handling failed and is tried again.
    case retrying
    /// It waits behind an earlier event of its key.
    case behind
    /// It was tried as often as may be: a dead letter.
    case dead
}

/// An event that a consumer has put aside, so that others go on.
public struct ParkedEvent: Sendable, Hashable {
    /// The consumer: name of a projection or subscriber.
    public let consumer: String
    /// The event.
    public let event: PublishedEvent
    /// Where it stands.
    public let state: ParkedEventState
    /// Tries so far.
    public let tries: Int
    /// What the last try failed with, for operators.
    public let reason: String
    /// When it is tried next, while it is retried.
    public let dueAt: Instant
    /// When it was put aside.
    public let parkedAt: Instant

    static let columns: SQL = "id, kind, key, payload, at, consumer, state, tries, reason, due_at, parked_at"

    init(_ row: Row) throws {
        event = try PublishedEvent(row)
        consumer = try row[5]
        state = try row[6]
        tries = try row[7]
        reason = try row[8]
        dueAt = try row[9]
        parkedAt = try row[10]
    }
}

/// The events that consumers have put aside.
///
/// While one of a key lies here, later ones of that key come here too, behind it, for that consumer; other keys go on. So
/// the order within a key holds, whatever fails. What an operator retries or discards lets those behind it follow.
public struct EventParking: Sendable {
    /// The longest reason that is kept: characters.
    private static let reasonLimit = 2000

    private let outbox: EventOutbox

    /// The parking of an application.
    public init(_ outbox: EventOutbox) {
        self.outbox = outbox
    }

    /// Events put aside, the oldest first.
    /// - Throws: ``SQLError``.
    public func events(
        of consumer: String, state: ParkedEventState? = nil, after position: EventPosition = .start, limit: Int = 50,
        in session: some SQLSession
    ) throws -> [ParkedEvent] {
        let filter: SQL = state.map { "AND state = \($0)" } ?? ""
        return try session.all(
            "events.parked",
            """
            SELECT \(ParkedEvent.columns) FROM event_parked
            WHERE consumer = \(consumer) AND id > \(position.id) \(filter) ORDER BY id LIMIT \(limit)
            """
        ) { try ParkedEvent($0) }
    }

    /// How many of each consumer stand where.
    /// - Throws: ``SQLError``.
    public func counts(in session: some SQLSession) throws -> [(consumer: String, state: ParkedEventState, count: Int)]
    {
        try session.all(
            "events.count_parked",
            "SELECT consumer, state, count(*) FROM event_parked GROUP BY consumer, state ORDER BY consumer, state"
        ) { (consumer: try $0[0], state: try $0[1], count: try $0[2]) }
    }

    /// Tries dead letters again, with all of their tries.
    /// - Parameter position: one of them; nil for all of the consumer.
    /// - Returns: number of events.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func retry(
        _ consumer: String, _ position: EventPosition? = nil, at now: Instant, in transaction: Transaction
    ) throws -> Int {
        let one: SQL = position.map { "AND id = \($0.id)" } ?? ""
        let count = try transaction.execute(
            "events.retry_parked",
            """
            UPDATE event_parked SET state = 'retrying', tries = 0, due_at = \(now)
            WHERE consumer = \(consumer) AND state IN ('dead', 'retrying') \(one)
            """)
        if count > 0 { transaction.afterCommit { [outbox] in outbox.wakeUp.ring() } }
        return count
    }

    /// Gives an event up for a consumer; those behind it follow.
    /// - Returns: whether it was there.
    /// - Throws: ``SQLError``.
    @discardableResult
    public func discard(
        _ consumer: String, _ position: EventPosition, at now: Instant, in transaction: Transaction
    ) throws -> Bool {
        let key = try transaction.scalar(
            "events.discard_parked",
            "DELETE FROM event_parked WHERE consumer = \(consumer) AND id = \(position.id) RETURNING key",
            as: String.self)
        guard let key else { return false }
        try promote(consumer, key, at: now, in: transaction)
        transaction.afterCommit { [outbox] in outbox.wakeUp.ring() }
        return true
    }

    // MARK: For consumers

    /// Keys of which something lies here.
    func keys(of consumer: String, in session: some SQLSession) throws -> Set<String> {
        Set(
            try session.all("events.parked_keys", "SELECT DISTINCT key FROM event_parked WHERE consumer = \(consumer)")
            {
                try String.read($0, 0)
            })
    }

    /// Puts an event aside whose handling has failed once, or that comes behind one.
    /// - Throws: ``EventConsumerHalted`` when there are too many already.
    func park(
        _ event: PublishedEvent, of consumer: String, fault: (any Error)?, patience: EventPatience, at now: Instant,
        in transaction: Transaction
    ) throws {
        let count = try transaction.scalar(
            "events.parked_count", "SELECT count(*) FROM event_parked WHERE consumer = \(consumer)", as: Int.self)
        guard (count ?? 0) < patience.mostParked else { throw EventConsumerHalted(consumer: consumer) }
        let wait = patience.wait(after: 1)
        let state: ParkedEventState = fault == nil ? .behind : wait == nil ? .dead : .retrying
        try insert(event, of: consumer, state, fault, dueAt: now + (wait ?? .milliseconds(0)), at: now, in: transaction)
    }

    /// Puts an event aside as a dead letter at once.
    func bury(
        _ event: PublishedEvent, of consumer: String, reason: any Error, at now: Instant, in transaction: Transaction
    ) throws {
        try insert(event, of: consumer, .dead, reason, dueAt: now, at: now, in: transaction)
    }

    /// Takes the first event whose next try has come; nobody else gets it until `lease` is over. The try counts from now,
    /// so that one that kills its process counts too.
    func take(of consumer: String, lease: Span, at now: Instant, in transaction: Transaction) throws -> ParkedEvent? {
        try transaction.first(
            "events.take_parked",
            """
            UPDATE event_parked SET tries = tries + 1, due_at = \(now + lease)
            WHERE consumer = \(consumer) AND id = (
                SELECT id FROM event_parked WHERE consumer = \(consumer) AND state = 'retrying' AND due_at <= \(now)
                ORDER BY id LIMIT 1\(transaction.dialect.forUpdate))
                AND state = 'retrying' AND due_at <= \(now)
            RETURNING \(ParkedEvent.columns)
            """
        ) { try ParkedEvent($0) }
    }

    /// An event was handled: it leaves, and the next of its key follows.
    /// - Returns: whether it was still there.
    func settle(_ parked: ParkedEvent, at now: Instant, in transaction: Transaction) throws -> Bool {
        let gone = try transaction.execute(
            "events.settle_parked",
            """
            DELETE FROM event_parked
            WHERE consumer = \(parked.consumer) AND id = \(parked.event.position.id) AND tries = \(parked.tries)
            """)
        if gone == 1 { try promote(parked.consumer, parked.event.event.key, at: now, in: transaction) }
        return gone == 1
    }

    /// Another try of an event has failed.
    func note(
        _ parked: ParkedEvent, _ fault: any Error, patience: EventPatience, at now: Instant,
        in transaction: Transaction
    ) throws {
        try note(parked, tries: parked.tries, fault, patience: patience, at: now, in: transaction)
    }

    /// The same for a try that was not counted when it began, because its transaction is undone.
    func noteApplied(
        _ parked: ParkedEvent, _ fault: any Error, patience: EventPatience, at now: Instant,
        in transaction: Transaction
    ) throws {
        try note(parked, tries: parked.tries + 1, fault, patience: patience, at: now, in: transaction)
    }

    private func note(
        _ parked: ParkedEvent, tries: Int, _ fault: any Error, patience: EventPatience, at now: Instant,
        in transaction: Transaction
    ) throws {
        let wait = patience.wait(after: tries)
        let state: ParkedEventState = wait == nil ? .dead : .retrying
        try transaction.execute(
            "events.note_parked",
            """
            UPDATE event_parked SET state = \(state), reason = \(EventParking.text(fault)), tries = \(tries),
                due_at = \(now + (wait ?? .milliseconds(0)))
            WHERE consumer = \(parked.consumer) AND id = \(parked.event.position.id) AND tries = \(parked.tries)
            """)
    }

    private func promote(_ consumer: String, _ key: String, at now: Instant, in transaction: Transaction) throws {
        try transaction.execute(
            "events.promote_parked",
            """
            UPDATE event_parked SET state = 'retrying', due_at = \(now)
            WHERE consumer = \(consumer) AND state = 'behind' AND id = (
                SELECT min(id) FROM event_parked WHERE consumer = \(consumer) AND key = \(key))
            """)
    }

    private func insert(
        _ published: PublishedEvent, of consumer: String, _ state: ParkedEventState, _ fault: (any Error)?,
        dueAt: Instant, at now: Instant, in transaction: Transaction
    ) throws {
        let event = published.event
        try transaction.execute(
            "events.park",
            """
            INSERT INTO event_parked (consumer, id, kind, key, payload, at, state, tries, reason, due_at, parked_at)
            VALUES (\(consumer), \(published.position.id), \(event.kind), \(event.key),
                \(String(decoding: event.payload.bytes, as: UTF8.self)), \(event.at), \(state),
                \(fault == nil ? 0 : 1), \(fault.map { EventParking.text($0) } ?? ""), \(dueAt), \(now))
            ON CONFLICT DO NOTHING
            """)
    }

    private static func text(_ fault: any Error) -> String {
        String("\(fault)".replacing("\0", with: "").prefix(reasonLimit))
    }
}
