extension CacheTable {
    /// Estimates below this never win against a more frequent one by chance.
    private static var warm: Int { 6 }

    private var isOver: Bool { nodes.count > most.entries || bytes > most.bytes }

    /// Lets values leave the window, and then as many values go as are too many.
    mutating func makeRoom() {
        // The newest value stays in the window, however heavy it is: it has not been compared with anything yet.
        while window.count > 1, window.count > windowMost.entries || window.bytes > windowMost.bytes {
            let candidate = Int(window.oldest)
            let victim = Int(probation.oldest)
            move(candidate, to: .probation)
            guard isOver else { continue }
            if victim >= 0, wins(candidate, over: victim) {
                evict(victim)
            } else {
                rejected.note(nodes[candidate].hash)
                evict(candidate)
            }
        }
        while isOver {
            let oldest = [probation.oldest, protected.oldest, window.oldest].first { $0 >= 0 }
            guard let oldest else { return }
            evict(Int(oldest))
        }
    }

    /// Whether a value that leaves the window is worth more than the one it would displace.
    private mutating func wins(_ candidate: Int, over victim: Int) -> Bool {
        let asked = sketch.frequency(nodes[candidate].hash)
        if asked > sketch.frequency(nodes[victim].hash) { return true }
        // A little chance keeps anybody from holding a place by making two keys collide in the sketch.
        return asked >= CacheTable.warm && random.next() & 127 == 0
    }

    /// Forgets what was counted, and puts what was protected where values go next, the longest unused first.
    mutating func startAnew() {
        sketch.clear()
        guard protected.count > 0 else { return }
        var index = protected.newest
        while index >= 0 {
            nodes[Int(index)].rank = .probation
            index = nodes[Int(index)].older
        }
        if probation.oldest >= 0 {
            nodes[Int(probation.oldest)].older = protected.newest
            nodes[Int(protected.newest)].newer = probation.oldest
        } else {
            probation.newest = protected.newest
        }
        probation.oldest = protected.oldest
        probation.count += protected.count
        probation.bytes += protected.bytes
        protected = CacheQueue()
    }

    private mutating func evict(_ index: Int) {
        evictions += 1
        evictedBytes += nodes[index].weight
        remove(at: index)
    }
}
