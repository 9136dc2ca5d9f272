/// Until when a stored value is good for what: milliseconds of the cache's clock, each at or after the one before.
public struct CacheTimes: Sendable, Hashable {
    /// The value is fresh before this.
    public var fresh: Int64
    /// It may be served while it is loaded anew before this.
    public var revalidate: Int64
    /// It may be served when its loader fails before this; then it is gone.
    public var gone: Int64
    /// No refresh is tried before this.
    public var retry = Int64.min
    /// The next reader has it refreshed from here on.
    public var eager = Int64.max
    /// What a read prolongs `fresh` by, at most to `latest`; 0 for nothing.
    public var sliding: Int64 = 0
    /// The latest that `fresh` can become.
    public var latest: Int64
    /// How long the value took to load times the factor of early refresh, in milliseconds.
    public var cost = 0.0

    /// A value that is fresh for a while and can be served stale for a while after.
    public init(fresh: Int64, revalidate: Int64 = 0, gone: Int64 = 0) {
        self.fresh = fresh
        self.revalidate = max(fresh, revalidate)
        self.gone = max(fresh, revalidate, gone)
        self.latest = fresh
    }

    /// The logarithm of the smallest random number there is: nothing is refreshed earlier than this many costs before time.
    private static let earliest = 37.0

    /// When a read must look closer than at this number.
    func attention(at now: Int64) -> Int64 {
        if sliding > 0 { return now + 1 }
        return min(fresh, eager, fresh - Int64((cost * CacheTimes.earliest).rounded(.up)))
    }

    /// Whether it is time for a refresh although the value is fresh: past the threshold, or by XFetch's rule,
    /// `now - cost · ln(unit) >= fresh` (Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention).
    ///
    /// - Parameter unit: a random number in (0, 1].
    func isDue(at now: Int64, unit: Double) -> Bool {
        guard now >= retry else { return false }
        if now >= eager { return true }
        return cost > 0 && Double(now) - cost * CacheMath.logarithm(unit) >= Double(fresh)
    }

    /// Prolongs the time by a read.
    mutating func slide(to now: Int64) {
        fresh = max(fresh, min(now + sliding, latest))
    }

    /// Takes the rest of its time: from now on it is good only when the loader fails.
    mutating func expire(at now: Int64) {
        fresh = min(fresh, now)
        revalidate = min(revalidate, now)
        latest = fresh
    }
}
