import PorticoValues
import Synchronization

/// Copies of what is read from a source that has versions: one is given only to somebody who has just read the version
/// that it was made of, so it is never stale, whoever changed the source and wherever. The time to live of the policy is
/// a roof above that.
///
/// ```swift
/// let figures = VersionedCopies<String, Figures>(CachePolicy("bags.figures", ttl: .minutes(1)), in: registry)
///
/// let (version, moment) = (try counters.version(in: session), figures.moment)
/// if let known = figures.value(for: area, version: version) { return known }
/// return figures.keep(try counters.read(in: session), for: area, version: version, since: moment)
/// ```
///
/// Versions only rise, in the transaction of every change. They are listed in the registry with the other caches: console
/// and metrics show them, and whoever purges reaches them. They are never in tier 2: each process has its own.
public final class VersionedCopies<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Copy {
        let version: Int64
        let value: Value
        let expiry: Int64
        /// Up to when it is known that no tag was invalidated.
        var moment: TagMoment
    }

    private struct State {
        var copies: [Key: Copy] = [:]
        var hits = 0
        var misses = 0
        var evictions = 0
        var evictedBytes = 0
    }

    /// How they were declared. Name, time to live, entries of the capacity and tags count; nothing is refreshed early.
    public let policy: CachePolicy
    private let registry: CacheRegistry
    private let tags: [CacheTag]
    private let state = Mutex(State())

    /// No copies. Two caches of one name in a registry are a programming error and stop the process.
    public init(_ policy: CachePolicy, in registry: CacheRegistry) {
        self.policy = policy
        self.registry = registry
        tags = [.everything, .cache(policy.name)] + policy.tags
        registry.enlist(self)
    }

    /// The present moment of invalidations: to be taken before reading what is kept.
    public var moment: TagMoment { registry.tags.moment }

    /// The copy of this version; nil where there is none, or it is older than the time to live, or was purged.
    public func value(for key: Key, version: Int64) -> Value? {
        let (now, moment) = (registry.clock.now(), registry.tags.moment)
        return state.withLock { state in
            guard let copy = state.copies[key], copy.version == version, isGood(copy, at: now) else { return nil }
            if copy.moment < moment { state.copies[key]?.moment = moment }
            state.hits += 1
            return copy.value
        }
    }

    /// Keeps what was read because there was no copy, and counts that.
    ///
    /// A reader of an older snapshot does not put its copy over a newer one. Of two who read the same version, the first
    /// one's copy stays.
    /// - Parameter moment: from before the reading.
    /// - Returns: what everybody gets of this version.
    @discardableResult
    public func keep(_ value: Value, for key: Key, version: Int64, since moment: TagMoment) -> Value {
        let now = registry.clock.now()
        let copy = Copy(version: version, value: value, expiry: now + policy.ttl.milliseconds, moment: moment)
        return state.withLock { state in
            state.misses += 1
            if let known = state.copies[key] {
                if known.version > version { return value }
                if known.version == version, isGood(known, at: now) { return known.value }
            }
            guard policy.capacity.entries > 0, isGood(copy, at: now) else { return value }
            if state.copies[key] == nil, state.copies.count >= policy.capacity.entries { evict(&state) }
            state.copies[key] = copy
            return value
        }
    }

    /// How often a copy was given, and how often what was read was kept.
    public var counts: (hits: Int, misses: Int) { state.withLock { ($0.hits, $0.misses) } }

    private func isGood(_ copy: Copy, at now: Int64) -> Bool {
        copy.expiry > now && registry.tags.standing(of: tags, since: copy.moment) == .current
    }

    /// Forgets the copy whose time is up first.
    private func evict(_ state: inout State) {
        guard let oldest = state.copies.min(by: { $0.value.expiry < $1.value.expiry }) else { return }
        state.copies[oldest.key] = nil
        state.evictions += 1
        state.evictedBytes += CacheWeight.estimate(oldest.value.value)
    }
}

extension VersionedCopies: ReportingCache {
    /// What they hold and have done. Nothing is loaded here: who finds no copy reads for themselves.
    public var statistics: CacheStatistics {
        let usage = state.withLock { state in
            var usage = LocalCacheUsage()
            usage.entries = state.copies.count
            usage.bytes = state.copies.values.reduce(0) { $0 + CacheWeight.estimate($1.value) }
            (usage.hits, usage.misses) = (state.hits, state.misses)
            (usage.evictions, usage.evictedBytes) = (state.evictions, state.evictedBytes)
            return usage
        }
        return CacheStatistics(
            name: policy.name, local: usage, sharedHits: 0, sharedMisses: 0, sharedWrites: 0, refusedSharedWrites: 0,
            undecodable: 0, staleServes: 0, earlyRefreshes: 0, coalescedWaits: 0, leaseWaits: 0, loads: 0,
            loadNanoseconds: 0, loadFailures: 0, timeouts: 0, refusedStores: 0, loading: 0)
    }
}
