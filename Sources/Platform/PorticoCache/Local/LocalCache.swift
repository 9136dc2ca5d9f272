import PorticoValues

/// Tier 1: values in this process, bounded by number and bytes, without any loading. ``Cache`` is made of one.
///
/// ```swift
/// let local = LocalCache<String, [UInt8]>(CacheCapacity(entries: 500), clock: .monotonic(), tags: TagVersions())
/// local.store(bytes, for: "logo", ttl: .minutes(10), tags: ["assets"])
/// let logo = local.value(for: "logo")
/// ```
///
/// A hit takes a short spin lock on one of up to sixteen shards, compares one time and one number, and allocates nothing.
public final class LocalCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// What a stored value costs besides what the weigher counts, in bytes: its node, and its part of
    /// ``CacheTable/indexBytes``. A cache is divided so that shards have 512 to 1,024 values as long as it can be; those have
    /// 2,048 buckets, 4,096 words of the sketch and 512 places for rejected keys, of eight bytes each: 53,248 bytes, from 104
    /// for each value down to 52, and 72 in the mean.
    static var overhead: Int { MemoryLayout<CacheNode<Key, Value>>.stride + 72 }

    @usableFromInline let shards: ContiguousArray<CacheShard<Key, Value>>
    @usableFromInline let mask: Int
    @usableFromInline let clock: CacheClock
    @usableFromInline let tags: TagVersions
    private let implicit: @Sendable (Key) -> [CacheTag]

    /// An empty cache.
    ///
    /// - Parameters:
    ///   - capacity: how much it holds; each shard has its part of it, and no value can be larger than such a part.
    ///   - implicit: tags that follow from a key and need not be stored.
    public init(
        _ capacity: CacheCapacity, clock: CacheClock, tags: TagVersions,
        implicit: @escaping @Sendable (Key) -> [CacheTag] = { _ in [] }
    ) {
        let number = LocalCache.shardCount(capacity.entries)
        self.clock = clock
        self.tags = tags
        self.implicit = implicit
        mask = number - 1
        shards = ContiguousArray(
            (0..<number).map { index in
                let most = CacheCapacity(
                    entries: (capacity.entries + number - 1 - index) / number, bytes: capacity.bytes / number)
                return CacheShard(most: most, seed: .random(in: 1 ... .max))
            })
    }

    /// One for each 512 values, so that small caches lose nothing by being divided; sixteen at most.
    private static func shardCount(_ entries: Int) -> Int {
        var number = 1
        while number < 16, entries / (number * 2) >= 512 { number *= 2 }
        return number
    }

    /// The value if it is fresh. Where a refresh is due this says nothing of it.
    @inlinable
    public func value(for key: Key) -> Value? {
        let hash = LocalCache.hash(of: key)
        if let value = hit(key, hash) { return value }
        return freshValue(key, hash)
    }

    /// Stores a value.
    /// - Parameter moment: the moment before its reading began; now when nil.
    public func store(
        _ value: Value, for key: Key, ttl: Span, tags: [CacheTag] = [], weight: Int = 0, moment: TagMoment? = nil
    ) {
        let times = CacheTimes(fresh: clock.now() + ttl.milliseconds)
        let entry = CacheEntry(value, times: times, moment: moment ?? self.tags.moment, tags: tags)
        store(entry, for: key, LocalCache.hash(of: key), weight: weight)
    }

    /// Removes a value.
    public func remove(_ key: Key) {
        let hash = LocalCache.hash(of: key)
        shard(hash).withTable { $0.remove(key, hash) }
    }

    /// Gives back all memory. To outdate values, invalidate their tags instead, which takes no time.
    public func removeAll() {
        for shard in shards { shard.withTable { $0.removeAll() } }
    }

    /// What it holds and has done.
    public var usage: LocalCacheUsage {
        shards.reduce(into: LocalCacheUsage()) { usage, shard in
            shard.withTable { table in
                usage.entries += table.nodes.count
                usage.bytes += table.bytes
                usage.hits += table.hits
                usage.misses += table.misses
                usage.evictions += table.evictions
                usage.evictedBytes += table.evictedBytes
                usage.upheavals += table.upheavals
            }
        }
    }

    // MARK: - For Cache

    @inlinable @inline(__always)
    func hit(_ key: Key, _ hash: UInt64) -> Value? {
        let now = clock.now()
        let moment = tags.moment
        return shard(hash).withTable { $0.hit(key, hash, now: now, moment: moment) }
    }

    @inlinable @inline(__always)
    func shard(_ hash: UInt64) -> CacheShard<Key, Value> {
        // The lower bits choose the bucket.
        shards[Int(truncatingIfNeeded: hash >> 60) & mask]
    }

    @inlinable @inline(__always)
    static func hash(of key: Key) -> UInt64 {
        UInt64(truncatingIfNeeded: key.hashValue)
    }

    @usableFromInline
    func freshValue(_ key: Key, _ hash: UInt64) -> Value? {
        switch look(key, hash) {
        case .fresh(let entry), .due(let entry): entry.value
        case .none, .stale, .resting, .expired: nil
        }
    }

    /// Looks closer at a value, drops it when it is outdated or gone, prolongs it when it slides.
    func look(_ key: Key, _ hash: UInt64, isCounted: Bool = true) -> CacheSighting<Value> {
        let now = clock.now()
        let moment = tags.moment
        return shard(hash).withTable { table in
            guard let index = table.find(key, hash) else {
                if isCounted { table.misses += 1 }
                return .none
            }
            let sighting = standing(key, &table.nodes[index], at: now, moment)
            guard sighting != .outdated, now < table.nodes[index].entry.times.gone else {
                table.remove(at: index)
                if isCounted { table.misses += 1 }
                return .none
            }
            return sight(&table, index, at: now, isCounted: isCounted)
        }
    }

    func store(_ entry: CacheEntry<Value>, for key: Key, _ hash: UInt64, weight: Int) {
        let now = clock.now()
        shard(hash).withTable {
            $0.store(entry, for: key, hash, weight: max(0, weight) + LocalCache.overhead, at: now)
        }
    }

    /// Stores a value unless there is one.
    func storeIfAbsent(_ entry: CacheEntry<Value>, for key: Key, _ hash: UInt64, weight: Int) {
        let now = clock.now()
        shard(hash).withTable { table in
            guard table.find(key, hash) == nil else { return }
            table.store(entry, for: key, hash, weight: max(0, weight) + LocalCache.overhead, at: now)
        }
    }

    /// Compares the tags if anything was invalidated since the last time.
    private func standing(
        _ key: Key, _ node: inout CacheNode<Key, Value>, at now: Int64, _ moment: TagMoment
    ) -> TagStanding {
        guard node.checked != moment else { return .current }
        let own = tags.standing(of: node.entry.tags, since: node.entry.moment)
        guard own != .outdated else { return .outdated }
        let standing = tags.standing(of: implicit(key), since: node.entry.moment)
        if own == .distrusted || standing == .distrusted {
            node.entry.times.expire(at: now)
            node.attention = now
        }
        node.checked = moment
        return standing
    }

    private func sight(
        _ table: inout CacheTable<Key, Value>, _ index: Int, at now: Int64, isCounted: Bool
    ) -> CacheSighting<Value> {
        let times = table.nodes[index].entry.times
        guard now < times.fresh else {
            if isCounted { table.misses += 1 }
            let entry = table.nodes[index].entry
            if now < times.retry { return .resting(entry) }
            return now < times.revalidate ? .stale(entry) : .expired(entry)
        }
        if isCounted { table.touch(index, table.nodes[index].hash) }
        let isDue = times.isDue(at: now, unit: CacheMath.unit(table.random.next()))
        if times.sliding > 0 {
            table.nodes[index].entry.times.slide(to: now)
            table.nodes[index].attention = now + 1
        }
        return isDue ? .due(table.nodes[index].entry) : .fresh(table.nodes[index].entry)
    }

    /// Keeps a value from being refreshed for a while, as after a failure.
    func rest(_ key: Key, _ hash: UInt64, until retry: Int64) {
        shard(hash).withTable { table in
            guard let index = table.find(key, hash) else { return }
            table.nodes[index].entry.times.retry = retry
        }
    }
}

/// What a tier holds and has done since the process started.
public struct LocalCacheUsage: Sendable, Hashable {
    /// Values held.
    public var entries = 0
    /// Bytes held.
    public var bytes = 0
    /// Reads that found a fresh value.
    public var hits = 0
    /// Reads that did not.
    public var misses = 0
    /// Values that went because there was no room.
    public var evictions = 0
    /// Their bytes.
    public var evictedBytes = 0
    /// Times that a shard began to count requests anew, because the load had become another one.
    public var upheavals = 0

    /// No use at all.
    public init() {}
}
