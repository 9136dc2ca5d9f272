import PorticoValues

/// How deliveries are tried, and when a receiver is given up.
public struct WebhookPolicy: Sendable, Hashable {
    /// The waits before the second try, the third, and so on: after the last the delivery has failed. Each is up to a
    /// tenth longer at random.
    public var waits: [Span]
    /// The longest one call may take.
    public var timeout: Span
    /// How long everything must have failed before a subscription is disabled.
    public var disableAfter: Span
    /// How long an old secret signs beside the new one.
    public var overlap: Span
    /// How long deliveries are kept.
    public var retention: Span
    /// Calls to one receiver at once, each for another key.
    public var parallel: Int
    /// Subscriptions one account may have.
    public var mostPerOwner: Int

    /// A policy; nine tries over a day and a half, disabled after five days, deliveries kept for a month.
    public init(
        waits: [Span] = WebhookPolicy.usualWaits, timeout: Span = .seconds(15), disableAfter: Span = .days(5),
        overlap: Span = .hours(24), retention: Span = .days(30), parallel: Int = 8, mostPerOwner: Int = 20
    ) {
        self.waits = waits
        self.timeout = timeout
        self.disableAfter = disableAfter
        self.overlap = overlap
        self.retention = retention
        self.parallel = max(1, parallel)
        self.mostPerOwner = max(1, mostPerOwner)
    }

    /// Five seconds to sixteen hours.
    public static let usualWaits: [Span] = [
        .seconds(5), .minutes(1), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10), .hours(16),
    ]

    /// The wait after try `attempt`, counted from 1, or nil when it was the last. What the receiver asked for counts
    /// where it is longer.
    func wait(after attempt: Int, atLeast: Span?, using generator: inout some RandomNumberGenerator) -> Span? {
        guard waits.indices.contains(attempt - 1) else { return nil }
        let base = max(0, waits[attempt - 1].milliseconds)
        let wait = base + Int64.random(in: 0...max(0, base / 10), using: &generator)
        return max(.milliseconds(wait), min(atLeast ?? .milliseconds(0), .hours(24)))
    }
}

/// Which deliveries of one subscription wait for each other.
public enum WebhookOrder: Sendable, Hashable {
    /// Those of one key: other keys go on while one waits for another try.
    case ofKey
    /// All: nothing overtakes what happened before.
    case ofSubscription
}

/// A kind of event that applications tell others about.
public struct WebhookKind: Sendable, Hashable {
    /// The event's kind: `bag.created`.
    public let name: String
    /// What it means, in one line.
    public let summary: String

    /// A kind.
    public init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }
}
