import PorticoValues

/// A ban of one client.
public struct Ban: Sendable, Hashable {
    /// Who is banned.
    public let client: ClientNetwork
    /// Since when.
    public let start: Instant
    /// Until when, exclusive.
    public let end: Instant
    /// How many bans there were lately, this one included; decides the length.
    public let ordinal: Int
    /// Why: the last strike's reason, or what the operator typed.
    public let reason: String
}

/// What is remembered of one client: its recent strikes, its ban, and how many bans it had.
struct StrikeRecord: Sendable, Hashable {
    private(set) var strikes: [Instant] = []
    private(set) var ban: Ban?
    private(set) var ordinal = 0

    /// Counts a strike; starts a ban, and returns it, when the window holds too many.
    mutating func strike(
        _ client: ClientNetwork, weight: Int, reason: String, at now: Instant, policy: BanPolicy
    ) -> Ban? {
        guard activeBan(at: now) == nil else { return nil }
        forget(at: now, policy: policy)
        strikes += Array(repeating: now, count: min(max(0, weight), policy.strikes))
        guard strikes.count >= policy.strikes else { return nil }
        ordinal += 1
        strikes = []
        let ban = Ban(
            client: client, start: now, end: now + policy.length(ordinal: ordinal), ordinal: ordinal, reason: reason)
        self.ban = ban
        return ban
    }

    /// Puts an operator's ban in place.
    mutating func place(_ ban: Ban) {
        self.ban = ban
        strikes = []
        ordinal = ban.ordinal
    }

    /// The ban that is in force.
    func activeBan(at now: Instant) -> Ban? {
        ban.flatMap { now < $0.end ? $0 : nil }
    }

    /// Drops what no longer counts: strikes outside the window, and bans once they are long past.
    mutating func forget(at now: Instant, policy: BanPolicy) {
        strikes.removeAll { $0 + policy.window <= now }
        if let past = ban, past.end + policy.memory <= now {
            ban = nil
            ordinal = 0
        }
    }

    /// Whether nothing is left to remember.
    var isEmpty: Bool { strikes.isEmpty && ban == nil }
}

/// When clients are banned and for how long.
public struct BanPolicy: Sendable, Hashable {
    /// Strikes within the window that make a ban; at least 1.
    public var strikes: Int
    /// How long a strike counts.
    public var window: Span
    /// The length of a first ban. Every further one is twice as long as the one before.
    public var firstBan: Span
    /// The longest ban.
    public var longestBan: Span
    /// How long after its end a ban still makes the next one longer.
    public var memory: Span

    /// A policy; ten strikes in ten minutes make a ban of ten minutes, growing to a week, remembered for a day.
    public init(
        strikes: Int = 10, window: Span = .minutes(10), firstBan: Span = .minutes(10), longestBan: Span = .days(7),
        memory: Span = .days(1)
    ) {
        self.strikes = min(max(1, strikes), 1000)
        self.window = window
        self.firstBan = firstBan
        self.longestBan = longestBan
        self.memory = memory
    }

    /// `firstBan · 2^(ordinal − 1)`, at most `longestBan`.
    public func length(ordinal: Int) -> Span {
        let doublings = min(max(0, ordinal - 1), 62)
        let (length, overflow) = firstBan.milliseconds.multipliedReportingOverflow(by: 1 << doublings)
        return overflow ? longestBan : min(.milliseconds(length), longestBan)
    }
}
