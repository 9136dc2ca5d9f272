import PorticoValues

/// Counters in this process: exact for any number of callers, without suspension.
///
/// Keys are spread over shards, each behind its own lock, which a decision holds for some ten nanoseconds. A decision over
/// several rules holds the locks of all its shards at once, taken in ascending order. About 53 to 80 bytes per key, and
/// sixteen for each entry of a sliding log.
///
/// A full limiter forgets, among sixteen keys, the one whose allowance is nearest to full; see ``forgottenEarly``.
public final class LocalRateLimiter: RateLimitStore {
    private let shards: [RateShard]

    /// A limiter for at most about `maximumKeys` keys; each shard has its share of them. The number of shards is rounded
    /// up to a power of two.
    /// - Parameter maximumLogEntries: entries of all sliding logs together, sixteen bytes each; every shard has room for
    ///   one log in any case.
    public init(maximumKeys: Int = 1_000_000, maximumLogEntries: Int = 4_194_304, shards: Int = 64) {
        var number = 1
        while number < min(max(1, shards), 4096) { number *= 2 }
        let most = (max(1, maximumKeys) + number - 1) / number
        let entries = (max(1, maximumLogEntries) + number - 1) / number
        self.shards = (0..<number).map { _ in RateShard(most: most, mostEntries: entries) }
    }

    /// Decides over one rule; a refusal charges nothing.
    public func decide(_ demand: RateDemand, at now: Instant) -> RateStanding {
        var pending = PendingDemand(RateFingerprint(demand))
        shards[shard(of: pending.key)].withCounters { counters in
            pending.ask(demand, in: &counters, at: now)
            pending.settle(demand, charges: pending.conforms, in: &counters, at: now)
        }
        return pending.standing(of: demand)
    }

    /// Decides over several rules at once; when one refuses, nothing is charged anywhere (rule R4).
    public func decide(_ demands: [RateDemand], at now: Instant) -> RateDecision {
        guard demands.count > 1 else {
            return demands.first.map { RateDecision([decide($0, at: now)]) } ?? .unlimited
        }
        var pending: [PendingDemand] = []
        pending.reserveCapacity(demands.count)
        for demand in demands {
            var entry = PendingDemand(RateFingerprint(demand))
            for earlier in pending where earlier.key == entry.key { entry.isRepeated = true }
            pending.append(entry)
        }
        settle(&pending, of: demands, from: 0, isAllowed: true, at: now)
        return RateDecision(pending.indices.map { pending[$0].standing(of: demands[$0]) })
    }

    /// Gives a counter its full allowance back.
    public func forget(_ key: RateKey) {
        for algorithm in RateAlgorithm.allCases {
            let fingerprint = RateFingerprint(key, algorithm)
            shards[shard(of: fingerprint)].withCounters { counters in
                if algorithm == .slidingLog {
                    counters.logs.remove(fingerprint)
                } else {
                    counters.words.remove(fingerprint)
                }
            }
        }
    }

    /// Looks at some slots of every shard and drops expired keys. Traffic does this by itself; call it now and then on a
    /// server that has become idle and should give memory back.
    public func reclaim(at now: Instant, slotsPerShard: Int = 256) {
        for shard in shards {
            shard.withCounters { counters in
                counters.words.examine(slotsPerShard, at: now)
                counters.logs.examine(slotsPerShard, at: now)
            }
        }
    }

    /// Keys that are stored, expired ones included until they are met.
    public var keyCount: Int { sum { $0.words.count + $0.logs.count } }

    /// Bytes of all tables.
    public var byteCount: Int { sum { $0.words.byteCount + $0.logs.byteCount } }

    /// Keys that were forgotten before their allowance was full again, because the limiter was full. When this grows,
    /// `maximumKeys` is too small or somebody floods it with addresses.
    public var forgottenEarly: Int { sum { $0.words.evictions + $0.logs.evictions } }

    private func sum(_ property: (borrowing RateCounters) -> Int) -> Int {
        shards.reduce(0) { total, shard in total + shard.withCounters { property($0) } }
    }

    private func shard(of key: RateFingerprint) -> Int {
        Int(truncatingIfNeeded: key.high) & (shards.count - 1)
    }
}

extension LocalRateLimiter {
    /// Locks shard after shard in ascending order, asks on the way in, and charges on the way out while all locks are
    /// still held.
    ///
    /// - Parameter lowest: the lowest shard that may still have to be locked.
    @discardableResult
    private func settle(
        _ pending: inout [PendingDemand], of demands: [RateDemand], from lowest: Int, isAllowed: Bool, at now: Instant
    ) -> Bool {
        var shard = Int.max
        for entry in pending where self.shard(of: entry.key) >= lowest {
            shard = min(shard, self.shard(of: entry.key))
        }
        guard shard < shards.count else { return isAllowed }
        return shards[shard].withCounters { counters in
            var isAllowed = isAllowed
            for index in pending.indices where self.shard(of: pending[index].key) == shard {
                pending[index].ask(demands[index], in: &counters, at: now)
                if !pending[index].conforms, demands[index].rule.mode == .enforced { isAllowed = false }
            }
            isAllowed = settle(&pending, of: demands, from: shard + 1, isAllowed: isAllowed, at: now)
            for index in pending.indices where self.shard(of: pending[index].key) == shard {
                pending[index].settle(demands[index], charges: isAllowed, in: &counters, at: now)
            }
            return isAllowed
        }
    }
}

/// A demand on its way through the limiter.
private struct PendingDemand {
    let key: RateFingerprint
    var isRepeated = false
    private(set) var conforms = false
    private var state: RateState?
    private var level = RateLevel(remaining: 0, untilFull: .milliseconds(0))
    private var retryAfter = Span.milliseconds(0)

    init(_ key: RateFingerprint) {
        self.key = key
    }

    mutating func ask(_ demand: borrowing RateDemand, in counters: inout RateCounters, at now: Instant) {
        guard demand.rule.algorithm != .slidingLog else {
            conforms = counters.logs.admits(demand, on: key, at: now)
            return
        }
        state = counters.words.state(of: key)
        conforms = demand.conforms(to: state, at: now)
    }

    mutating func settle(
        _ demand: borrowing RateDemand, charges: Bool, in counters: inout RateCounters, at now: Instant
    ) {
        let isCharged = charges && conforms && !isRepeated && demand.cost > 0
        guard demand.rule.algorithm != .slidingLog else {
            if !conforms { retryAfter = counters.logs.wait(demand, on: key, at: now) }
            if isCharged { counters.logs.charge(demand, on: key, at: now) }
            level = counters.logs.level(demand, on: key, at: now)
            return
        }
        if isRepeated { state = counters.words.state(of: key) }
        retryAfter = demand.wait(on: state, conforms: conforms, at: now)
        let left = isCharged ? demand.rule.charging(demand.cost, to: state, at: now) : state
        level = demand.rule.level(of: left, at: now)
        if isCharged, let left { counters.words.store(left, until: now + level.untilFull, for: key, at: now) }
    }

    func standing(of demand: RateDemand) -> RateStanding {
        RateStanding(demand, conforms: conforms, level: level, retryAfter: retryAfter)
    }
}
