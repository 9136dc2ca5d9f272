import PorticoValues

/// What a loader is told, and what it may decide about the one value that it loads.
///
/// ```swift
/// let bag = try await bags.value(for: code) { load in
///     let bag = try await store.bag(code)
///     load.tags.append("flight:\(bag.flight)")
///     if bag.isClosed { load.ttl = .hours(12) }
///     return bag
/// }
/// ```
public struct CacheLoad<Value: Sendable>: Sendable {
    /// The value that is still stored, if any, for sources that say whether it has changed.
    public let previous: Value?
    /// The validator stored with ``previous``.
    public let previousValidator: String?
    /// How long the value is fresh in process.
    public var ttl: Span
    /// How long it is fresh in tier 2.
    public var sharedTTL: Span
    /// What a read prolongs it by, in process.
    public var sliding: Span?
    /// How long after its time it is served while it is loaded anew.
    public var staleWhileRevalidate: Span
    /// How long after its time it is served when the loader fails.
    public var staleIfError: Span
    /// The factor of early refresh.
    public var beta: Double
    /// The part of its time after which it is refreshed.
    public var eagerAfter: Double?
    /// What it depends on besides what the policy says of all values.
    public var tags: [CacheTag] = []
    /// Whether the value means that there is none, so that it is kept for the negative time to live. Nil leaves that to the
    /// cache, which takes an optional without a value for this.
    public var isNegative: Bool?
    /// Whether the value may be stored. The callers that wait for it get it in any case.
    public var isStored = true
    /// The source's word for this state of the value, given to the next loader as ``previousValidator``.
    public var validator: String?

    init(_ policy: CachePolicy, previous: CacheEntry<Value>?) {
        self.previous = previous?.value
        previousValidator = previous?.validator
        ttl = policy.ttl
        sharedTTL = policy.sharedTTL
        sliding = policy.sliding
        staleWhileRevalidate = policy.staleWhileRevalidate
        staleIfError = policy.staleIfError
        beta = policy.beta
        eagerAfter = policy.eagerAfter
    }

    /// The times of a value in process.
    ///
    /// - Parameters:
    ///   - now: milliseconds of the cache's clock.
    ///   - cost: how long the loader took, in milliseconds.
    ///   - jitter: the part of the time to live that is taken off.
    func times(at now: Int64, cost: Double, jitter: Double) -> CacheTimes {
        let life = Double(max(0, ttl.milliseconds)) * (1 - jitter)
        let fresh = now + Int64(life)
        var times = CacheTimes(
            fresh: fresh, revalidate: fresh + max(0, staleWhileRevalidate.milliseconds),
            gone: fresh + max(0, staleIfError.milliseconds))
        times.cost = max(0, cost * beta)
        if let eagerAfter { times.eager = now + Int64(life * min(max(0, eagerAfter), 1)) }
        if let sliding, sliding.milliseconds > 0 {
            times.sliding = sliding.milliseconds
            times.fresh = min(fresh, now + sliding.milliseconds)
        }
        return times
    }

    /// How long a value stays in tier 2 although it is not fresh any more.
    var keep: Int64 { max(0, staleIfError.milliseconds, staleWhileRevalidate.milliseconds) }
}

/// The loader did not answer within the hard timeout. It goes on, and what it returns will be cached.
public struct CacheTimeout: Error, Sendable, Hashable, CustomStringConvertible {
    /// The cache.
    public let cache: String
    /// One sentence, without the key.
    public var description: String { "the loader of \(cache) did not answer in time" }
}
