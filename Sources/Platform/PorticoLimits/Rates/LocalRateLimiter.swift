import PorticoValues
import Synchronization

/// Counters in this process: exact for any number of callers, without suspension.
///
/// Keys are spread over shards, each behind its own lock, which a decision holds for some ten nanoseconds. A decision over
/// several rules holds the locks of all its shards at once, taken in ascending order. Between 53 and 80 bytes per key.
///
/// A full limiter forgets, among sixteen keys, the one whose allowance is nearest to full; see ``forgottenEarly``.
public final class LocalRateLimiter: RateLimitStore {
    private final class Shard: Sendable {
        let table: Mutex<RateTable>

        init(most: Int) {
            table = Mutex(RateTable(most: most))
        }
    }

    private let shards: [Shard]

    /// A limiter for at most about `maximumKeys` keys; each shard has its share of them. The number of shards is rounded
    /// up to a power of two.
    public init(maximumKeys: Int = 1_000_000, shards: Int = 64) {
        var number = 1
        while number < min(max(1, shards), 4096) { number *= 2 }
        let most = (max(1, maximumKeys) + number - 1) / number
        self.shards = (0..<number).map { _ in Shard(most: most) }
    }

    /// Decides over one rule; a refusal charges nothing.
    public func decide(_ demand: RateDemand, at now: Instant) -> RateStanding {
        let key = RateFingerprint(demand.key, demand.rule.algorithm)
        return shards[shard(of: key)].table.withLock { table in
            let before = table.state(of: key)
            let conforms = demand.conforms(to: before, at: now)
            return LocalRateLimiter.settle(
                demand, key, before: before, conforms: conforms, charges: conforms, in: &table, at: now)
        }
    }

    /// Decides over several rules at once; when one refuses, nothing is charged anywhere (rule R4).
    public func decide(_ demands: [RateDemand], at now: Instant) -> RateDecision {
        guard demands.count > 1 else {
            return demands.first.map { RateDecision([decide($0, at: now)]) } ?? .unlimited
        }
        var pending: [PendingDemand] = []
        pending.reserveCapacity(demands.count)
        for (place, demand) in demands.enumerated() {
            let key = RateFingerprint(demand.key, demand.rule.algorithm)
            let isRepeated = pending.contains { $0.key == key }
            pending.append(
                PendingDemand(demand: demand, key: key, shard: shard(of: key), place: place, isRepeated: isRepeated))
        }
        pending.sort { ($0.shard, $0.place) < ($1.shard, $1.place) }
        settle(&pending, from: 0, isAllowed: true, at: now)
        pending.sort { $0.place < $1.place }
        return RateDecision(pending.compactMap(\.standing))
    }

    /// Gives a counter its full allowance back.
    public func forget(_ key: RateKey) {
        for algorithm in RateAlgorithm.allCases {
            let fingerprint = RateFingerprint(key, algorithm)
            shards[shard(of: fingerprint)].table.withLock { $0.remove(fingerprint) }
        }
    }

    /// Looks at some slots of every shard and drops expired keys. Traffic does this by itself; call it now and then on a
    /// server that has become idle and should give memory back.
    public func reclaim(at now: Instant, slotsPerShard: Int = 256) {
        for shard in shards {
            shard.table.withLock { $0.examine(slotsPerShard, at: now) }
        }
    }

    /// Keys that are stored, expired ones included until they are met.
    public var keyCount: Int { sum(\.count) }

    /// Bytes of all tables.
    public var byteCount: Int { sum(\.byteCount) }

    /// Keys that were forgotten before their allowance was full again, because the limiter was full. When this grows,
    /// `maximumKeys` is too small or somebody floods it with addresses.
    public var forgottenEarly: Int { sum(\.evictions) }

    private func sum(_ property: (RateTable) -> Int) -> Int {
        shards.reduce(0) { total, shard in total + shard.table.withLock { property($0) } }
    }

    private func shard(of key: RateFingerprint) -> Int {
        Int(truncatingIfNeeded: key.high) & (shards.count - 1)
    }
}

extension LocalRateLimiter {
    /// A demand on its way through the shards.
    private struct PendingDemand {
        let demand: RateDemand
        let key: RateFingerprint
        let shard: Int
        let place: Int
        let isRepeated: Bool
        var before: RateState?
        var conforms = false
        var standing: RateStanding?
    }

    /// Locks shard after shard, asks on the way in, and charges on the way out while all locks are still held.
    @discardableResult
    private func settle(
        _ pending: inout [PendingDemand], from start: Int, isAllowed: Bool, at now: Instant
    ) -> Bool {
        guard start < pending.count else { return isAllowed }
        let shard = pending[start].shard
        var end = start
        while end < pending.count, pending[end].shard == shard { end += 1 }
        return shards[shard].table.withLock { table in
            var isAllowed = isAllowed
            for index in start..<end {
                let demand = pending[index].demand
                pending[index].before = table.state(of: pending[index].key)
                pending[index].conforms = demand.conforms(to: pending[index].before, at: now)
                if !pending[index].conforms, demand.rule.mode == .enforced { isAllowed = false }
            }
            isAllowed = settle(&pending, from: end, isAllowed: isAllowed, at: now)
            for index in start..<end {
                let entry = pending[index]
                pending[index].standing = LocalRateLimiter.settle(
                    entry.demand, entry.key, before: table.state(of: entry.key), conforms: entry.conforms,
                    charges: isAllowed && entry.conforms && !entry.isRepeated, in: &table, at: now)
            }
            return isAllowed
        }
    }

    private static func settle(
        _ demand: RateDemand, _ key: RateFingerprint, before: RateState?, conforms: Bool, charges: Bool,
        in table: inout RateTable, at now: Instant
    ) -> RateStanding {
        guard charges, demand.cost > 0 else {
            let level = demand.rule.level(of: before, at: now)
            return RateStanding(demand, before: before, conforms: conforms, level: level, at: now)
        }
        let after = demand.rule.charging(demand.cost, to: before, at: now)
        let level = demand.rule.level(of: after, at: now)
        table.store(after, until: now + level.untilFull, for: key, at: now)
        return RateStanding(demand, before: before, conforms: conforms, level: level, at: now)
    }
}
