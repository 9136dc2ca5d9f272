import PorticoSQL
import PorticoValues

/// How often signing in has failed under one identifier or from one address.
struct FailureCount: Sendable, Hashable {
    /// Failures that still count.
    var failures: Int64 = 0
    /// When the first of them was.
    var since: Instant
    /// When the last of them was.
    var lastAt: Instant
    /// Until when nobody gets in; nil before the limit is reached.
    var lockedUntil: Instant?

    /// No failure yet.
    init(at now: Instant) {
        since = now
        lastAt = now
    }

    /// The columns after the subject, in the order of the table.
    init(_ row: Row) throws {
        failures = try row[1]
        since = try row[2]
        lastAt = try row[3]
        lockedUntil = try row[4]
    }

    /// How long to wait before the next try; nil when one is allowed now.
    func wait(at now: Instant) -> Span? {
        lockedUntil.flatMap { $0 > now ? $0 - now : nil }
    }

    /// The count with one more failure. It starts over after a lock that has passed, and when the old ones no longer
    /// count.
    /// - Parameters:
    ///   - limit: the failure that locks.
    ///   - isOver: whether the failures so far no longer count.
    func adding(at now: Instant, limit: Int, duration: Span, isOver: Bool) -> FailureCount {
        var count = lockedUntil != nil || isOver ? FailureCount(at: now) : self
        count.failures += 1
        count.lastAt = now
        if count.failures >= limit { count.lockedUntil = now + duration }
        return count
    }
}
