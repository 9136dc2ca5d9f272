import PorticoValues

/// How many jobs that share a key may run at once, on all nodes together.
public struct JobLimit: Sendable, Hashable {
    /// What they share, for example `tenant:12`.
    public let key: String
    /// The most that run at once.
    public let atMost: Int

    /// A limit of at least one.
    public init(_ key: String, atMost: Int = 1) {
        self.key = key
        self.atMost = max(1, atMost)
    }
}

/// How many jobs that share a key may begin within a time, on all nodes together: no stretch of that length, wherever it
/// starts, sees more beginnings. What is beyond waits and holds up nobody else. Retries count as beginnings.
///
/// A key for each partition makes as many rates: `JobRate("letters:\(country)", atMost: 100, per: .minutes(1))`.
public struct JobRate: Sendable, Hashable {
    /// What they share.
    public let key: String
    /// The most that begin within ``span``.
    public let atMost: Int
    /// The time, a second at least.
    public let span: Span

    /// A rate of at least one job.
    public init(_ key: String, atMost: Int, per span: Span) {
        self.key = key
        self.atMost = max(1, atMost)
        self.span = max(span, .seconds(1))
    }
}

/// Whose work a job is. Whoever brings much at once gets places for it spread over time, so that others who bring little
/// are not behind all of it: after ten thousand jobs of one tenant, the first of another is among the next.
///
/// Each further waiting job of a key counts as having come ``step`` after the one before. Nothing starves: a job goes
/// before everything that comes later than its place. When nobody else wants the places, all of them are used.
public struct JobShare: Sendable, Hashable {
    /// Whose work it is, for example `tenant:12`.
    public let key: String
    /// How far apart jobs of the key stand; half of it gives twice the share.
    public let step: Span

    /// A share.
    public init(_ key: String, step: Span = .seconds(1)) {
        self.key = key
        self.step = max(step, .milliseconds(1))
    }
}
