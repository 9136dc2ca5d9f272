import PorticoValues

/// How much a cache holds in process. Both bounds hold at once.
public struct CacheCapacity: Sendable, Hashable {
    /// The most values; 0 keeps nothing in process.
    public var entries: Int
    /// The most bytes, as the cache's weigher counts them.
    public var bytes: Int

    /// A capacity; 1,000 values of 64 MiB together unless said otherwise.
    public init(entries: Int = 1000, bytes: Int = 64 << 20) {
        self.entries = max(0, entries)
        self.bytes = max(0, bytes)
    }

    /// Nothing in process: values live in tier 2 only.
    public static let none = CacheCapacity(entries: 0, bytes: 0)
}

/// What a cache is called and how its values live: declared once, shown in console and metrics.
///
/// ```swift
/// var policy = CachePolicy("bags.summary", ttl: .minutes(1), tags: ["bags"])
/// policy.staleIfError = .hours(1)
/// ```
public struct CachePolicy: Sendable, Hashable {
    /// What the cache is called: unique in a process, the same on all nodes; letters, digits, dots, hyphens and underscores.
    public var name: String
    /// How long a value is fresh in process.
    public var ttl: Span
    /// How long a value is fresh in tier 2.
    public var sharedTTL = Span.hours(1)
    /// How long it is remembered that there is no value; as long as a value when nil.
    public var negativeTTL: Span?
    /// A value that nobody asks for expires after this long, at the latest after its time to live. In process only.
    public var sliding: Span?
    /// How long after its time a value is still served while a fresh one is loaded behind it.
    public var staleWhileRevalidate = Span.milliseconds(0)
    /// How long after its time a value is still served when its loader fails or is slow.
    public var staleIfError = Span.milliseconds(0)
    /// How long a failed load is not repeated while a stale value can be served.
    public var retryAfterError = Span.seconds(5)
    /// The part of the time to live, 0..<1, of which a random share is taken off, so that values that were stored together
    /// do not expire together.
    public var jitter = 0.1
    /// How early values are refreshed: 0 never, 1 as XFetch proposes, more is earlier.
    public var beta = 1.0
    /// The part of the time to live, 0..<1, after which the next reader has the value refreshed behind it; nil for never.
    public var eagerAfter: Double?
    /// How much is held in process.
    public var capacity = CacheCapacity()
    /// Tags of every value.
    public var tags: [CacheTag]
    /// How long a caller who could be given a stale value waits for the loader.
    public var softTimeout: Span? = .milliseconds(100)
    /// How long any caller waits for the loader, which goes on behind and fills the cache.
    public var hardTimeout: Span?
    /// How long one node has to load a value while the others wait for it; nil lets every node load for itself.
    public var lease: Span? = .seconds(10)

    /// The usual policy under a name: fresh for five minutes, never served stale.
    public init(_ name: String, ttl: Span = .minutes(5), tags: [CacheTag] = []) {
        self.name = name
        self.ttl = ttl
        self.tags = tags
    }
}
