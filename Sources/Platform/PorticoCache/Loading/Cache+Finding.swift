import PorticoValues

/// What a load needs to know.
struct CacheErrand<Key: CacheKey, Value: Sendable>: Sendable {
    let key: Key
    let hash: UInt64
    let flight: CacheFlight<Value>
    /// What is still stored, in process or in tier 2.
    var prior: CacheEntry<Value>?
    /// Whether the caller was served already and only a newer value is wanted.
    let isRefresh: Bool
    let load: Cache<Key, Value>.Loader
}

extension Cache {
    /// How often a caller asks again because what it waited for was invalidated meanwhile.
    private var mostAttempts: Int { 4 }

    /// What to do about a key.
    private enum Step {
        case serve(Value)
        case wait(CacheFlight<Value>, fallback: CacheEntry<Value>?, joined: TagMoment)
    }

    @usableFromInline
    func find(_ key: Key, _ hash: UInt64, _ load: @escaping Loader) async throws -> Value {
        for _ in 0..<mostAttempts {
            switch step(key, hash, load) {
            case .serve(let value):
                return value
            case .wait(let flight, let fallback, let joined):
                let landing = try await flight.wait(joined: joined, hasFallback: fallback != nil)
                if let value = try value(of: landing, fallback, key) { return value }
            }
        }
        // Invalidated again and again: the source is right, and storing is pointless.
        var draft = CacheLoad<Value>(policy, previous: nil)
        return try await load(&draft)
    }

    /// The value that a wait ended with; nil when the caller must ask again.
    private func value(
        of landing: CacheLanding<Value>, _ fallback: CacheEntry<Value>?, _ key: Key
    ) throws -> Value? {
        switch landing {
        case .value(let value):
            return value
        case .outdated:
            return nil
        case .slow:
            guard let fallback, isInBounds(fallback, key) else { return nil }
            counters.add(.staleServe)
            return fallback.value
        case .failure(let error):
            guard let fallback, isInBounds(fallback, key) else { throw error }
            counters.add(.staleServe)
            return fallback.value
        case .overdue:
            counters.add(.timeout)
            throw CacheTimeout(cache: policy.name)
        }
    }

    /// Whether a stale value may still be shown after a wait, which may have been longer than what was left of its time.
    private func isInBounds(_ entry: CacheEntry<Value>, _ key: Key) -> Bool {
        entry.times.gone > registry.clock.now() && isServable(entry, key)
    }

    /// Whether none of the tags of a value was invalidated.
    func isServable(_ entry: CacheEntry<Value>, _ key: Key) -> Bool {
        registry.tags.standing(of: allTags(key, entry.tags), since: entry.moment) != .outdated
    }

    private func step(_ key: Key, _ hash: UInt64, _ load: @escaping Loader) -> Step {
        let joined = registry.tags.moment
        switch local.look(key, hash) {
        case .fresh(let entry):
            return .serve(entry.value)
        case .resting(let entry):
            counters.add(.staleServe)
            return .serve(entry.value)
        case .due(let entry):
            if refresh(key, hash, entry, load) { counters.add(.earlyRefresh) }
            return .serve(entry.value)
        case .stale(let entry):
            counters.add(.staleServe)
            refresh(key, hash, entry, load)
            return .serve(entry.value)
        case .expired(let entry):
            return board(key, hash, fallback: entry, joined, load)
        case .none:
            return board(key, hash, fallback: nil, joined, load)
        }
    }

    private func board(
        _ key: Key, _ hash: UInt64, fallback: CacheEntry<Value>?, _ joined: TagMoment, _ load: @escaping Loader
    ) -> Step {
        let boarding = flights.board(key, hash, isReplacing: isLost) {
            switch local.look(key, hash, isCounted: false) {
            case .fresh(let entry), .due(let entry): .fresh(entry)
            case .none, .stale, .resting, .expired: nil
            }
        } begin: {
            newFlight()
        }
        switch boarding {
        case .found(let sighting):
            guard let entry = sighting.entry else { return board(key, hash, fallback: fallback, joined, load) }
            return .serve(entry.value)
        case .join(let flight):
            counters.add(.coalescedWait)
            return .wait(flight, fallback: fallback, joined: joined)
        case .lead(let flight):
            start(CacheErrand(key: key, hash: hash, flight: flight, prior: fallback, isRefresh: false, load: load))
            return .wait(flight, fallback: fallback, joined: joined)
        }
    }

    /// Loads a value behind callers that were served already, unless somebody does.
    /// - Returns: whether this began the load.
    @discardableResult
    private func refresh(_ key: Key, _ hash: UInt64, _ entry: CacheEntry<Value>, _ load: @escaping Loader) -> Bool {
        let boarding = flights.board(key, hash, isReplacing: isLost, look: { nil }, begin: newFlight)
        guard case .lead(let flight) = boarding else { return false }
        start(CacheErrand(key: key, hash: hash, flight: flight, prior: entry, isRefresh: true, load: load))
        return true
    }

    private func newFlight() -> CacheFlight<Value> {
        CacheFlight(began: registry.tags.moment, start: registry.clock.now())
    }

    /// Whether a load has taken so long that another one may try.
    private func isLost(_ flight: CacheFlight<Value>) -> Bool {
        guard let hard = policy.hardTimeout, flight.isOverdue else { return false }
        return registry.clock.now() - flight.start >= hard.milliseconds * 10
    }

    private func start(_ errand: CacheErrand<Key, Value>) {
        let timers = timers(errand)
        // The flight is on the board until this task ends, so it has an owner although nobody waits for the task itself.
        Task {
            await fly(errand)
            for timer in timers { timer.cancel() }
        }
    }

    private func timers(_ errand: CacheErrand<Key, Value>) -> [Task<Void, Never>] {
        let flight = errand.flight
        var timers: [Task<Void, Never>] = []
        if errand.prior != nil, let soft = policy.softTimeout {
            timers.append(
                Task { [timer = registry.timer] in
                    guard (try? await timer.wait(soft)) != nil else { return }
                    flight.passSoftTimeout()
                })
        }
        if let hard = policy.hardTimeout {
            timers.append(
                Task { [timer = registry.timer] in
                    guard (try? await timer.wait(hard)) != nil else { return }
                    flight.passHardTimeout()
                })
        }
        return timers
    }
}
