import PorticoLimits
import PorticoValues

/// The right to write a value to tier 2, and perhaps the lease to load it.
struct SharedPermit: Sendable {
    let key: String
    let stamp: Int64
    let token: String?
}

/// Tier 2 as a node sees it: with timeouts, behind a breaker, and never throwing.
final class SharedTier: Sendable {
    private let store: any SharedCacheStore
    private let breaker: CircuitBreaker
    private let clock: CacheClock
    private let timer: CacheTimer
    private let bounds: CacheRegistry.Bounds
    let counters = CacheCounters()

    init(_ store: any SharedCacheStore, clock: CacheClock, timer: CacheTimer, bounds: CacheRegistry.Bounds) {
        self.store = store
        self.clock = clock
        self.timer = timer
        self.bounds = bounds
        breaker = CircuitBreaker(bounds.circuit)
    }

    /// Whether calls are let through.
    var isOpen: Bool {
        if case .open = breaker.position { return false }
        return true
    }

    /// The value of a key; nil when tier 2 does not answer in time.
    /// - Parameter isHurried: whether the caller has something stale to fall back on.
    func read(_ key: String, claim: SharedClaim?, isHurried: Bool) async -> SharedReading? {
        let store = store
        return await attempt(isHurried ? bounds.soft : bounds.hard) { reading in
            // The lease came when nobody waited for it any more.
            guard reading.lease == .granted, let claim else { return }
            try? await store.release(key, token: claim.token)
        } _: {
            try await store.read(key, claim: claim)
        }
    }

    /// Writes a value and gives its lease back.
    func write(_ entry: SharedEntry, _ permit: SharedPermit) async -> Bool {
        let store = store
        let isStored = await attempt(bounds.hard) {
            try await store.write(entry, for: permit.key, releasing: permit.token)
        }
        if isStored == nil { await release(permit) }
        return isStored ?? false
    }

    /// Gives a lease back.
    func release(_ permit: SharedPermit?) async {
        guard let permit, let token = permit.token else { return }
        let store = store
        _ = await attempt(bounds.hard) { try await store.release(permit.key, token: token) }
    }

    /// Outdates values; nil when tier 2 does not answer.
    func invalidate(_ tags: Set<CacheTag>) async -> Int64? {
        let store = store
        return await attempt(bounds.hard) { try await store.invalidate(tags) }
    }

    /// What was invalidated; nil when tier 2 does not answer.
    func changes(since stamp: Int64?) async -> SharedChanges? {
        let store = store
        return await attempt(bounds.hard) { try await store.changes(since: stamp) }
    }

    private func attempt<Answer: Sendable>(
        _ limit: Span, late: @escaping @Sendable (Answer) async -> Void = { _ in },
        _ work: @escaping @Sendable () async throws -> Answer
    ) async -> Answer? {
        guard case .granted(let call) = breaker.permission(at: instant()) else {
            counters.add(.breakerRefusal)
            return nil
        }
        do {
            let answer = try await within(limit, timer, late: late, work)
            breaker.record(call, success: true, at: instant())
            return answer
        } catch {
            counters.add(error is DeadlinePassed ? .timeout : .sharedFailure)
            breaker.record(call, success: false, at: instant())
            return nil
        }
    }

    private func instant() -> Instant { Instant(milliseconds: clock.now()) }
}
