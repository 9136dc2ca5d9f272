import PorticoValues
import Synchronization

/// Bans clients that keep doing what honest ones do not (rule R11): failed sign-ins, probes for files that never were,
/// requests that stay malformed. Each ban is twice as long as the one before.
///
/// Clients are counted by address, IPv6 by /64. Records of clients that behave again leave by themselves; a full record
/// book forgets strikes before it forgets bans.
public final class AutoBan: Sendable {
    fileprivate struct Book: Sendable {
        var policy: BanPolicy
        var exempt: NetworkSet
        var records: [ClientNetwork: StrikeRecord] = [:]
        /// Clients in the order in which they are looked at again; each is here once.
        var round: [ClientNetwork] = []
        var hand = 0
    }

    private static let examinedOnStrike = 4
    private let book: Mutex<Book>
    private let mostRecords: Int

    /// A ban list that starts empty.
    ///
    /// - Parameter exempt: networks that are never banned: monitors, the office.
    public init(_ policy: BanPolicy = BanPolicy(), exempt: NetworkSet = NetworkSet(), mostRecords: Int = 100_000) {
        self.mostRecords = max(1, mostRecords)
        book = Mutex(Book(policy: policy, exempt: exempt))
    }

    /// Replaces policy and exemptions; bans that are in force keep their end.
    public func replace(policy: BanPolicy, exempt: NetworkSet) {
        book.withLock {
            $0.policy = policy
            $0.exempt = exempt
        }
    }

    /// Counts strikes of a client. Returns the ban that this strike brought, if it did; a client that is banned, exempt or
    /// unknown gets none.
    @discardableResult
    public func strike(
        _ client: ClientNetwork, weight: Int = 1, reason: String = "", at now: Instant
    ) -> Ban? {
        book.withLock { book in
            guard let network = client.network, !book.exempt.contains(network.first) else { return nil }
            book.examine(AutoBan.examinedOnStrike, at: now)
            guard book.makePlace(for: client, most: mostRecords, at: now) else { return nil }
            return book.records[client, default: StrikeRecord()]
                .strike(client, weight: weight, reason: reason, at: now, policy: book.policy)
        }
    }

    /// The ban that keeps a client out, if one is in force.
    public func ban(of client: ClientNetwork, at now: Instant) -> Ban? {
        book.withLock { $0.records[client]?.activeBan(at: now) }
    }

    /// Bans a client by hand; also an exempt one. Returns nil for the unknown client and when the book holds nothing but
    /// bans.
    @discardableResult
    public func ban(_ client: ClientNetwork, for length: Span, reason: String, at now: Instant) -> Ban? {
        book.withLock { book in
            guard client.network != nil, book.makePlace(for: client, most: mostRecords, at: now) else { return nil }
            let ordinal = (book.records[client]?.ordinal ?? 0) + 1
            let ban = Ban(client: client, start: now, end: now + length, ordinal: ordinal, reason: reason)
            book.records[client, default: StrikeRecord()].place(ban)
            return ban
        }
    }

    /// Lifts a ban and forgets the client's strikes and earlier bans. Returns whether it was banned.
    @discardableResult
    public func unban(_ client: ClientNetwork, at now: Instant) -> Bool {
        book.withLock { book in
            let wasBanned = book.records[client]?.activeBan(at: now) != nil
            // The client keeps its place in the round and leaves it when looked at next.
            book.records[client] = book.records[client].map { _ in StrikeRecord() }
            return wasBanned
        }
    }

    /// The bans in force, the latest first.
    public func bans(at now: Instant) -> [Ban] {
        book.withLock { book in book.records.values.compactMap { $0.activeBan(at: now) } }
            .sorted { ($0.start, $0.client.text) > ($1.start, $1.client.text) }
    }

    /// Whether nobody is remembered, and so nobody is banned.
    public var isEmpty: Bool { book.withLock { $0.records.isEmpty } }

    /// Clients that are remembered.
    public var recordCount: Int { book.withLock { $0.records.count } }
}

extension AutoBan.Book {
    /// Looks at the next clients in turn and drops those of whom nothing is left to remember.
    mutating func examine(_ number: Int, at now: Instant) {
        for _ in 0..<min(number, round.count) {
            if hand >= round.count { hand = 0 }
            let client = round[hand]
            records[client]?.forget(at: now, policy: policy)
            if records[client]?.isEmpty ?? true { drop() } else { hand += 1 }
        }
    }

    /// Whether the client has a record or there is room for one.
    mutating func makePlace(for client: ClientNetwork, most: Int, at now: Instant) -> Bool {
        guard records[client] == nil else { return true }
        if round.count >= most { examine(16, at: now) }
        var seen = 0
        while round.count >= most, seen < 16 {
            if hand >= round.count { hand = 0 }
            // Strikes may be forgotten, a ban in force may not.
            if records[round[hand]]?.activeBan(at: now) == nil { drop() } else { hand += 1 }
            seen += 1
        }
        guard round.count < most else { return false }
        records[client] = StrikeRecord()
        round.append(client)
        return true
    }

    /// Drops the client under the hand; the last of the round takes its place.
    private mutating func drop() {
        records.removeValue(forKey: round[hand])
        round.swapAt(hand, round.count - 1)
        round.removeLast()
    }
}
