import PorticoValues
import Synchronization

/// A tier 2 in this process, for several registries in one process: complete, and forgotten when the process ends.
public final class LocalSharedCache: SharedCacheStore {
    private struct Lease: Sendable {
        let token: String
        let end: Int64
    }

    private struct State: Sendable {
        var versions: [CacheTag: Int64] = [:]
        var leases: [String: Lease] = [:]
        var stamp: Int64
        /// The newest invalidation that was forgotten.
        var floor: Int64
    }

    private let entries: LocalCache<String, SharedEntry>
    private let clock: CacheClock
    private let mostTags: Int
    private let state: Mutex<State>

    /// An empty store.
    ///
    /// - Parameters:
    ///   - capacity: the most it holds.
    ///   - clock: what lives and leases are measured by.
    ///   - mostTags: how many invalidations it remembers.
    public init(
        _ capacity: CacheCapacity = CacheCapacity(entries: 10_000), clock: CacheClock = .monotonic(),
        mostTags: Int = 100_000
    ) {
        self.clock = clock
        self.mostTags = max(2, mostTags)
        // Its own versions are compared here, so those of the inner cache never change.
        entries = LocalCache(capacity, clock: clock, tags: TagVersions())
        state = Mutex(State(stamp: 1, floor: 0))
    }

    /// See ``SharedCacheStore``.
    public func read(_ key: String, claim: SharedClaim?) async throws -> SharedReading {
        state.withLock { state in
            let now = clock.now()
            let entry = current(key, state, at: now)
            var lease = SharedLease.none
            if let claim, entry == nil || claim.isUnconditional {
                if let held = state.leases[key], held.end > now, held.token != claim.token {
                    lease = .held
                } else {
                    state.leases[key] = Lease(token: claim.token, end: now + claim.life.milliseconds)
                    lease = .granted
                }
            }
            return SharedReading(entry: entry, stamp: state.stamp, lease: lease)
        }
    }

    /// See ``SharedCacheStore``.
    public func write(_ entry: SharedEntry, for key: String, releasing token: String?) async throws -> Bool {
        state.withLock { state in
            if let token, state.leases[key]?.token == token { state.leases[key] = nil }
            let now = clock.now()
            guard isCurrent(entry, state) else { return false }
            if let other = current(key, state, at: now), other.stamp > entry.stamp { return false }
            let times = CacheTimes(fresh: now + entry.life.milliseconds)
            let stored = CacheEntry(entry, times: times, moment: TagMoment(1))
            let weight = entry.payload.count + entry.tags.reduce(0) { $0 + $1.text.utf8.count + 16 }
            entries.store(stored, for: key, LocalCache<String, SharedEntry>.hash(of: key), weight: weight)
            return true
        }
    }

    /// See ``SharedCacheStore``.
    public func release(_ key: String, token: String) async throws {
        state.withLock { state in
            if state.leases[key]?.token == token { state.leases[key] = nil }
        }
    }

    /// See ``SharedCacheStore``.
    public func invalidate(_ tags: Set<CacheTag>) async throws -> Int64 {
        state.withLock { state in
            state.stamp += 1
            for tag in tags { state.versions[tag] = state.stamp }
            if state.versions.count > mostTags { LocalSharedCache.forgetHalf(&state) }
            if state.leases.count > mostTags { dropLeases(&state) }
            return state.stamp
        }
    }

    /// See ``SharedCacheStore``.
    public func changes(since stamp: Int64?) async throws -> SharedChanges {
        state.withLock { state in
            guard let stamp else { return SharedChanges(tags: [:], stamp: state.stamp, isComplete: true) }
            return SharedChanges(
                tags: state.versions.filter { $0.value > stamp }, stamp: state.stamp, isComplete: stamp >= state.floor)
        }
    }

    private func current(_ key: String, _ state: State, at now: Int64) -> SharedEntry? {
        let hash = LocalCache<String, SharedEntry>.hash(of: key)
        guard let stored = entries.look(key, hash).entry, isCurrent(stored.value, state) else { return nil }
        var entry = stored.value
        entry.life = .milliseconds(stored.times.fresh - now)
        return entry.life.milliseconds > 0 ? entry : nil
    }

    private func isCurrent(_ entry: SharedEntry, _ state: State) -> Bool {
        entry.stamp >= state.floor && entry.tags.allSatisfy { (state.versions[$0] ?? 0) <= entry.stamp }
    }

    private func dropLeases(_ state: inout State) {
        let now = clock.now()
        state.leases = state.leases.filter { $0.value.end > now }
    }

    private static func forgetHalf(_ state: inout State) {
        let stamps = state.versions.values.sorted()
        let middle = stamps[stamps.count / 2]
        state.versions = state.versions.filter { $0.value > middle }
        state.floor = max(state.floor, middle)
    }
}
