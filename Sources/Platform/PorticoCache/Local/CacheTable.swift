/// Which of the three queues a value stands in.
@usableFromInline
enum CacheRank: UInt8, Sendable {
    /// New ones.
    case window
    /// Those that left the window and were not asked for since.
    case probation
    /// Those that were.
    case protected
}

/// A stored value with its place in table and queue.
@usableFromInline
struct CacheNode<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline let key: Key
    @usableFromInline let hash: UInt64
    @usableFromInline var entry: CacheEntry<Value>
    /// Before this time, and while nothing was invalidated, a read need not look at anything else.
    @usableFromInline var attention: Int64
    /// The moment at which its tags were last compared.
    @usableFromInline var checked: TagMoment
    @usableFromInline var weight: Int
    @usableFromInline var newer: Int32 = -1
    @usableFromInline var older: Int32 = -1
    @usableFromInline var rank = CacheRank.window

    init(key: Key, hash: UInt64, entry: CacheEntry<Value>, attention: Int64, weight: Int) {
        self.key = key
        self.hash = hash
        self.entry = entry
        self.attention = attention
        self.checked = entry.moment
        self.weight = weight
    }
}

/// A queue of nodes from the newest to the oldest.
@usableFromInline
struct CacheQueue: Sendable {
    @usableFromInline var newest: Int32 = -1
    @usableFromInline var oldest: Int32 = -1
    @usableFromInline var count = 0
    @usableFromInline var bytes = 0
}

/// The values of one shard: an open-addressed index over a dense array of nodes, in three queues.
///
/// The policy is W-TinyLFU: new values enter a small window; what leaves it must be asked for more often, by the sketch's
/// estimate, than the value it would displace. When the load becomes another one, counting starts anew. Nobody sweeps: each
/// insertion looks at two nodes in turn round the table and drops those whose time is up.
@usableFromInline
struct CacheTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// The upper half of the hash, and the number of the node plus one; 0 for nothing.
    @usableFromInline var buckets: ContiguousArray<UInt64>
    @usableFromInline var mask: Int
    @usableFromInline var nodes: ContiguousArray<CacheNode<Key, Value>> = []
    @usableFromInline var window = CacheQueue()
    @usableFromInline var probation = CacheQueue()
    @usableFromInline var protected = CacheQueue()
    @usableFromInline var sketch: FrequencySketch
    @usableFromInline var hits = 0
    /// How often a value on probation was asked for since the last new value came.
    @usableFromInline var promotions = 0
    @usableFromInline let protectedMost: CacheCapacity
    var misses = 0
    var evictions = 0
    var evictedBytes = 0
    var upheavals = 0
    var rejected = RejectedKeys()
    var watch = UpheavalWatch()
    var random: CacheRandom
    var hand = 0
    let most: CacheCapacity
    let windowMost: CacheCapacity

    init(most: CacheCapacity, seed: UInt64) {
        self.most = most
        buckets = ContiguousArray(repeating: 0, count: 16)
        mask = 15
        sketch = FrequencySketch(entries: min(most.entries, 256))
        random = CacheRandom(seed: seed)
        windowMost = CacheCapacity(entries: max(1, most.entries / 100), bytes: max(1, most.bytes / 100))
        protectedMost = CacheCapacity(
            entries: max(0, most.entries - windowMost.entries) * 4 / 5,
            bytes: max(0, most.bytes - windowMost.bytes) / 5 * 4)
    }

    /// Bytes of all values.
    var bytes: Int { window.bytes + probation.bytes + protected.bytes }

    /// Bytes of what is kept about values besides their nodes.
    var indexBytes: Int { buckets.count * MemoryLayout<UInt64>.stride + sketch.bytes + rejected.bytes }

    /// The part of the table's hits that needs no second look; nil means: look closer.
    @inlinable @inline(__always)
    mutating func hit(_ key: Key, _ hash: UInt64, now: Int64, moment: TagMoment) -> Value? {
        guard let index = find(key, hash) else { return nil }
        guard now < nodes[index].attention, nodes[index].checked == moment else { return nil }
        touch(index, hash)
        return nodes[index].entry.value
    }

    /// Notes that a value was asked for.
    @inlinable @inline(__always)
    mutating func touch(_ index: Int, _ hash: UInt64) {
        hits &+= 1
        sketch.increment(hash)
        switch nodes[index].rank {
        case .window:
            if window.newest != Int32(truncatingIfNeeded: index) { move(index, to: .window) }
        case .protected:
            if protected.newest != Int32(truncatingIfNeeded: index) { move(index, to: .protected) }
        case .probation:
            promotions &+= 1
            move(index, to: .protected)
            while protected.count > protectedMost.entries || protected.bytes > protectedMost.bytes {
                move(Int(protected.oldest), to: .probation)
            }
        }
    }

    @inlinable @inline(__always)
    func find(_ key: Key, _ hash: UInt64) -> Int? {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let bucket = buckets[slot]
            if bucket == 0 { return nil }
            if bucket >> 32 == hash >> 32 {
                let index = Int(truncatingIfNeeded: bucket & 0xFFFF_FFFF) &- 1
                if nodes[index].key == key { return index }
            }
            slot = (slot &+ 1) & mask
        }
    }

    // MARK: - Queues

    /// Puts a node at the new end of a queue.
    @inlinable
    mutating func move(_ index: Int, to rank: CacheRank) {
        detach(index)
        attach(index, to: rank)
    }

    @inlinable
    mutating func detach(_ index: Int) {
        let newer = nodes[index].newer
        let older = nodes[index].older
        let weight = nodes[index].weight
        if newer >= 0 { nodes[Int(newer)].older = older }
        if older >= 0 { nodes[Int(older)].newer = newer }
        withQueue(nodes[index].rank) { queue in
            if newer < 0 { queue.newest = older }
            if older < 0 { queue.oldest = newer }
            queue.count &-= 1
            queue.bytes &-= weight
        }
    }

    @inlinable
    mutating func attach(_ index: Int, to rank: CacheRank) {
        let number = Int32(truncatingIfNeeded: index)
        let weight = nodes[index].weight
        let second = withQueue(rank) { queue in
            let second = queue.newest
            queue.newest = number
            if second < 0 { queue.oldest = number }
            queue.count &+= 1
            queue.bytes &+= weight
            return second
        }
        if second >= 0 { nodes[Int(second)].newer = number }
        nodes[index].newer = -1
        nodes[index].older = second
        nodes[index].rank = rank
    }

    @inlinable @inline(__always)
    mutating func withQueue<Result>(_ rank: CacheRank, _ body: (inout CacheQueue) -> Result) -> Result {
        switch rank {
        case .window: body(&window)
        case .probation: body(&probation)
        case .protected: body(&protected)
        }
    }
}
