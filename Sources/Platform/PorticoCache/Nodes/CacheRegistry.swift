import PorticoLimits
import PorticoTelemetry
import PorticoValues
import Synchronization

/// All caches of a node, and what they have in common: clock, tag versions, tier 2, and the way to the other nodes.
///
/// ```swift
/// var configuration = CacheRegistry.Configuration()
/// configuration.shared = RedisSharedCache(client)
/// configuration.backplane = RedisCacheBackplane(backplane)
/// let registry = CacheRegistry(configuration)
/// async let upkeep: Void = registry.run()
/// ```
///
/// Without tier 2 and backplane there is nothing to run. With them, ``run()`` hears the other nodes, and tells them and
/// tier 2 what they could not be told at once.
public final class CacheRegistry: Sendable {
    struct State {
        var caches: [String: any ReportingCache] = [:]
        var untold: UntoldTags
        /// The stamp up to which this node knows the invalidations in tier 2.
        var known: Int64?
        /// Whether nothing is heard from the other nodes at present.
        var isDeaf: Bool
        /// What need not be outdated again.
        var heard: HeardInvalidations
    }

    /// What was invalidated when: to be asked by everything that keeps what is made of the same data.
    public let tags: TagVersions
    /// The clock of all expiries.
    public let clock: CacheClock
    let timer: CacheTimer
    let shared: SharedTier?
    let backplane: (any CacheBackplane)?
    let bounds: Bounds
    let backplaneBreaker: CircuitBreaker
    let backplaneFailures = CacheCounters()
    let state: Mutex<State>
    private let node = randomBytes(8).hexadecimal
    private let loads = Atomic<Int>(0)
    let origin = UInt64.random(in: .min ... .max)
    let invalidations = Atomic<UInt64>(0)

    /// A registry without caches.
    public init(_ configuration: Configuration = Configuration()) {
        tags = configuration.tags
        clock = configuration.clock
        timer = configuration.timer
        bounds = configuration.bounds
        backplane = configuration.backplane
        backplaneBreaker = CircuitBreaker(configuration.bounds.circuit)
        shared = configuration.shared.map {
            SharedTier($0, clock: configuration.clock, timer: configuration.timer, bounds: configuration.bounds)
        }
        state = Mutex(
            State(
                untold: UntoldTags(most: configuration.bounds.mostUntold), isDeaf: configuration.backplane != nil,
                heard: HeardInvalidations(most: configuration.bounds.mostHeard)))
    }

    /// Whether there is a tier 2.
    public var isShared: Bool { shared != nil }

    /// Names of all caches, sorted.
    public var names: [String] { state.withLock { $0.caches.keys.sorted() } }

    /// All policies, by name.
    public var policies: [CachePolicy] { reporting.map(\.policy) }

    /// What all caches hold and have done, by name.
    public var statistics: [CacheStatistics] { reporting.map { $0.statistics } }

    /// What is incoherent about any policy, by the name of the cache.
    public var advice: [(cache: String, advice: CacheAdvice)] {
        policies.flatMap { policy in policy.advice.map { (cache: policy.name, advice: $0) } }
    }

    var reporting: [any ReportingCache] {
        state.withLock { $0.caches.values.map { $0 } }.sorted { $0.policy.name < $1.policy.name }
    }

    func enlist(_ cache: any ReportingCache) {
        state.withLock { state in
            precondition(state.caches[cache.policy.name] == nil, "two caches are called \(cache.policy.name)")
            state.caches[cache.policy.name] = cache
        }
    }

    /// A name for one load of this node.
    func newToken() -> String { "\(node).\(loads.wrappingAdd(1, ordering: .relaxed).newValue)" }
}

extension CacheRegistry {
    /// How long tier 2 is waited for and when it is left alone.
    public struct Bounds: Sendable {
        /// How long a caller waits for tier 2 who could be given a stale value.
        public var soft = Span.milliseconds(50)
        /// How long any caller waits for it.
        public var hard = Span.milliseconds(500)
        /// When tier 2 or the backplane is not asked any more, each for itself.
        public var circuit = CircuitPolicy(leastCalls: 5, openFor: .seconds(1), longestOpen: .seconds(10), probes: 1)
        /// Tags that may wait to be told; more are replaced by everything.
        public var mostUntold = 10_000
        /// Invalidations that are remembered by name, of some 50 bytes each.
        public var mostHeard = 10_000
        /// How often what could not be told is tried again, and tier 2 is asked for invalidations where no backplane tells.
        public var upkeep = Span.seconds(1)

        /// The usual bounds.
        public init() {}
    }

    /// What the caches of a node stand on.
    public struct Configuration: Sendable {
        /// The clock of all expiries.
        public var clock = CacheClock.monotonic()
        /// How waiting is done.
        public var timer = CacheTimer.real
        /// What was invalidated when.
        public var tags = TagVersions()
        /// Tier 2; nil for none.
        public var shared: (any SharedCacheStore)?
        /// The way to the other nodes; nil for none.
        public var backplane: (any CacheBackplane)?
        /// How long tier 2 is waited for.
        public var bounds = Bounds()

        /// One node for itself.
        public init() {}
    }
}
