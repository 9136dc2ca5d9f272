import PorticoValues

/// Values that are dear to make: kept in process and, where nodes share a store, in tier 2; made by one caller while all
/// others wait, and refreshed before they expire.
///
/// ```swift
/// let registry = CacheRegistry()
/// let summaries = Cache<String, Summary>(CachePolicy("bags.summary", ttl: .minutes(1), tags: ["bags"]), in: registry)
///
/// let summary = try await summaries.value(for: station) { load in
///     try await store.summary(of: station)
/// }
/// await registry.invalidate(["bags"])  // after the commit that changed a bag
/// ```
///
/// Errors of tier 2 and of other nodes never reach a caller: the value then comes from the process or from the loader.
/// Errors of the loader do, unless a stale value may be served.
///
/// A hit is one short lock and no allocation. Where a key was invalidated while its loader ran, callers that asked before
/// the invalidation get what was loaded, callers that asked after it get a new load, and nothing is stored.
public final class Cache<Key: CacheKey, Value: Sendable>: Sendable {
    /// Loads a value; see ``CacheLoad`` for what it may decide.
    public typealias Loader = @Sendable (inout CacheLoad<Value>) async throws -> Value

    /// How the cache was declared.
    public let policy: CachePolicy
    @usableFromInline let local: LocalCache<Key, Value>
    let registry: CacheRegistry
    let counters = CacheCounters()
    let flights = FlightBoard<Key, Value>()
    let codec: CacheCodec<Value>?
    let weigh: @Sendable (Key, Value) -> Int
    let isNegative: @Sendable (Value) -> Bool

    /// A cache, listed in its registry. Two caches of one name in a registry are a programming error and stop the process.
    ///
    /// - Parameters:
    ///   - codec: how values travel to tier 2; without one they stay in process.
    ///   - isNegative: whether a value says that there is none, and lives for the negative time; an optional does by default
    ///     when it holds nothing.
    ///   - weigh: bytes of a value; texts and byte arrays are weighed by default, everything else counts with its size on
    ///     the stack. The cache adds what it needs for itself.
    public init(
        _ policy: CachePolicy, in registry: CacheRegistry, codec: CacheCodec<Value>? = nil,
        isNegative: @escaping @Sendable (Value) -> Bool = { CacheAbsence.isAbsent($0) },
        weigh: @escaping @Sendable (Key, Value) -> Int = { CacheWeight.estimate($0) + CacheWeight.estimate($1) }
    ) {
        self.policy = policy
        self.registry = registry
        self.codec = codec
        self.weigh = weigh
        self.isNegative = isNegative
        let implicit: [CacheTag] = [.everything, .cache(policy.name)] + policy.tags
        let name = policy.name
        local = LocalCache(policy.capacity, clock: registry.clock, tags: registry.tags) { key in
            implicit + [.key(key.cacheText, in: name)]
        }
        registry.enlist(self)
    }

    /// The value if it is in process and fresh. Loads nothing.
    @inlinable
    public func value(for key: Key) -> Value? {
        local.value(for: key)
    }

    /// The value if it is in process, fresh, and not due to be refreshed. Counts hits only: for a look before the door.
    @inlinable
    public func glance(at key: Key) -> Value? {
        local.hit(key, LocalCache<Key, Value>.hash(of: key))
    }

    /// The value: stored, or loaded. Whatever number of callers ask for one key at once, the loader runs once.
    ///
    /// Cancelling a caller's task ends its wait only. The loader runs in a task of its own with the priority and the
    /// task-local values of the caller that came first.
    /// - Throws: what the loader throws, ``CacheTimeout``, or `CancellationError`.
    @inlinable
    public func value(for key: Key, _ load: @escaping Loader) async throws -> Value {
        let hash = LocalCache<Key, Value>.hash(of: key)
        if let value = local.hit(key, hash) { return value }
        return try await find(key, hash, load)
    }

    /// What is in process for a key, also when it is stale. Loads nothing and refreshes nothing.
    public func stored(for key: Key) -> StoredValue<Value>? {
        let sighting = local.look(key, LocalCache<Key, Value>.hash(of: key), isCounted: false)
        guard let entry = sighting.entry else { return nil }
        let isStale = entry.times.fresh <= registry.clock.now()
        return StoredValue(value: entry.value, isStale: isStale, validator: entry.validator, tags: entry.tags)
    }

    /// All tags of a value.
    func allTags(_ key: Key, _ own: [CacheTag]) -> [CacheTag] {
        [.everything, .cache(policy.name), keyTag(key)] + policy.tags + own
    }

    func keyTag(_ key: Key) -> CacheTag { .key(key.cacheText, in: policy.name) }
}

/// A value as it is stored in process.
public struct StoredValue<Value: Sendable>: Sendable {
    /// The value.
    public let value: Value
    /// Whether it is past its time.
    public let isStale: Bool
    /// The source's word for this state of the value.
    public let validator: String?
    /// What it depends on, besides the tags of the policy.
    public let tags: [CacheTag]
}

/// Values that say that there is none.
public enum CacheAbsence {
    /// Whether the value is an optional that holds nothing.
    public static func isAbsent<Value>(_ value: Value) -> Bool {
        guard let kind = Value.self as? any AbsentValue.Type else { return false }
        return holdsNothing(kind, value)
    }

    private static func holdsNothing<Kind: AbsentValue>(_ kind: Kind.Type, _ value: Any) -> Bool {
        (value as? Kind)?.isAbsent ?? false
    }
}

private protocol AbsentValue {
    var isAbsent: Bool { get }
}

extension Optional: AbsentValue {
    fileprivate var isAbsent: Bool {
        if case .none = self { return true }
        return false
    }
}

/// What values weigh, roughly.
public enum CacheWeight {
    /// The bytes of a text or an array of bytes; of anything else its size on the stack.
    public static func estimate<Value>(_ value: Value) -> Int {
        let own = MemoryLayout<Value>.stride
        if let text = value as? String { return own + text.utf8.count }
        if let bytes = value as? [UInt8] { return own + bytes.count }
        return own
    }
}
