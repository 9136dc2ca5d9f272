extension CacheTable {
    private static var examinedOnInsertion: Int { 2 }

    /// Stores a value and evicts what has no place any more.
    mutating func store(_ entry: CacheEntry<Value>, for key: Key, _ hash: UInt64, weight: Int, at now: Int64) {
        sketch.increment(hash)
        guard weight <= most.bytes, most.entries > 0 else {
            remove(key, hash)
            return
        }
        let attention = entry.times.attention(at: now)
        if let index = find(key, hash) {
            let rank = nodes[index].rank
            detach(index)
            nodes[index].entry = entry
            nodes[index].attention = attention
            nodes[index].checked = entry.moment
            nodes[index].weight = weight
            attach(index, to: rank)
            makeRoom()
        } else {
            examine(CacheTable.examinedOnInsertion, at: now)
            let node = CacheNode(key: key, hash: hash, entry: entry, attention: attention, weight: weight)
            let isBack = rejected.take(hash, reach: UpheavalWatch.reach(among: nodes.count))
            let before = evictions
            append(node)
            makeRoom()
            watchOut(isBack && evictions > before)
        }
    }

    /// Starts anew when more came back of what was turned away than was used of what may go next.
    private mutating func watchOut(_ hasReturned: Bool) {
        let used = promotions
        promotions = 0
        let isUpheaval = watch.count(
            used: used, hasReturned: hasReturned, requests: hits + misses, among: nodes.count)
        guard isUpheaval else { return }
        upheavals += 1
        startAnew()
    }

    /// Removes a value.
    mutating func remove(_ key: Key, _ hash: UInt64) {
        if let index = find(key, hash) { remove(at: index) }
    }

    /// Removes everything.
    mutating func removeAll() {
        buckets = ContiguousArray(repeating: 0, count: 16)
        mask = 15
        nodes = []
        window = CacheQueue()
        probation = CacheQueue()
        protected = CacheQueue()
        rejected = RejectedKeys()
        watch = UpheavalWatch()
        hand = 0
    }

    /// Drops, of the next nodes round the table, those whose time is up.
    private mutating func examine(_ number: Int, at now: Int64) {
        for _ in 0..<min(number, nodes.count) {
            if hand >= nodes.count { hand = 0 }
            if nodes[hand].entry.times.gone <= now {
                // What moves into the gap is looked at next.
                remove(at: hand)
            } else {
                hand += 1
            }
        }
    }

    private mutating func append(_ node: CacheNode<Key, Value>) {
        if (nodes.count + 1) * 2 > buckets.count { rebuild(buckets.count * 2) }
        let index = nodes.count
        nodes.append(node)
        sketch.adapt(to: min(nodes.count, most.entries))
        rejected.adapt(to: min(nodes.count, most.entries))
        link(index)
        attach(index, to: .window)
    }

    private mutating func link(_ index: Int) {
        let hash = nodes[index].hash
        var slot = Int(truncatingIfNeeded: hash) & mask
        while buckets[slot] != 0 { slot = (slot + 1) & mask }
        buckets[slot] = (hash >> 32) << 32 | UInt64(index + 1)
    }

    private mutating func rebuild(_ size: Int) {
        buckets = ContiguousArray(repeating: 0, count: size)
        mask = size - 1
        for index in nodes.indices { link(index) }
    }

    private func slot(of index: Int) -> Int {
        var slot = Int(truncatingIfNeeded: nodes[index].hash) & mask
        while buckets[slot] & 0xFFFF_FFFF != UInt64(index + 1) { slot = (slot + 1) & mask }
        return slot
    }

    /// Takes a node out; the last one moves into its place.
    mutating func remove(at index: Int) {
        detach(index)
        closeGap(slot(of: index))
        let last = nodes.count - 1
        if index != last { renumber(last, to: index) }
        nodes.removeLast()
    }

    /// Moves back what was pushed over a freed bucket, so that no search stops early.
    private mutating func closeGap(_ start: Int) {
        var gap = start
        var slot = (gap + 1) & mask
        while buckets[slot] != 0 {
            let home = Int(truncatingIfNeeded: nodes[Int(buckets[slot] & 0xFFFF_FFFF) - 1].hash) & mask
            if (slot - home) & mask >= (slot - gap) & mask {
                buckets[gap] = buckets[slot]
                gap = slot
            }
            slot = (slot + 1) & mask
        }
        buckets[gap] = 0
    }

    private mutating func renumber(_ from: Int, to index: Int) {
        buckets[slot(of: from)] = (nodes[from].hash >> 32) << 32 | UInt64(index + 1)
        nodes.swapAt(from, index)
        let number = Int32(truncatingIfNeeded: index)
        let newer = nodes[index].newer
        let older = nodes[index].older
        if newer >= 0 { nodes[Int(newer)].older = number }
        if older >= 0 { nodes[Int(older)].newer = number }
        withQueue(nodes[index].rank) { queue in
            if newer < 0 { queue.newest = number }
            if older < 0 { queue.oldest = number }
        }
    }
}
