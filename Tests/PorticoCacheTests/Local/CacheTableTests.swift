import Testing

@testable import PorticoCache

@Suite("Table of values")
struct CacheTableTests {
    private func entry(_ value: Int, gone: Int64 = .max) -> CacheEntry<Int> {
        CacheEntry(value, times: CacheTimes(fresh: gone), moment: TagMoment(1))
    }

    /// A hash that makes keys collide.
    private func hash(_ key: Int) -> UInt64 { UInt64(key % 97) << 34 | UInt64(key % 13) }

    /// Queues, index and counts agree with each other.
    private func check(_ table: CacheTable<Int, Int>) {
        var seen = 0
        var bytes = 0
        for (rank, queue) in [
            (CacheRank.window, table.window), (.probation, table.probation), (.protected, table.protected),
        ] {
            var index = queue.newest
            var newer: Int32 = -1
            var count = 0
            while index >= 0 {
                let node = table.nodes[Int(index)]
                #expect(node.rank == rank && node.newer == newer)
                #expect(table.find(node.key, node.hash) == Int(index))
                count += 1
                bytes += node.weight
                newer = index
                index = node.older
            }
            #expect(queue.oldest == newer && queue.count == count)
            seen += count
        }
        #expect(seen == table.nodes.count && bytes == table.bytes)
        #expect(table.buckets.count { $0 != 0 } == table.nodes.count)
    }

    @Test("stays whole through any sequence of operations", arguments: 0..<6 as Range<UInt64>)
    func integrity(seed: UInt64) {
        var numbers = SeededNumbers(seed)
        let most = CacheCapacity(entries: 40, bytes: 300)
        var table = CacheTable<Int, Int>(most: most, seed: seed + 1)
        var now: Int64 = 0
        for step in 0..<4000 {
            let key = Int.random(in: 0..<120, using: &numbers)
            now += 1
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0:
                table.remove(key, hash(key))
                #expect(table.find(key, hash(key)) == nil)
            case 1...4:
                let gone = Bool.random(using: &numbers) ? .max : now + 200
                let weight = Int.random(in: 1...20, using: &numbers)
                table.store(entry(key, gone: gone), for: key, hash(key), weight: weight, at: now)
            default:
                let value = table.hit(key, hash(key), now: now, moment: TagMoment(1))
                #expect(value == nil || value == key)
            }
            #expect(table.nodes.count <= most.entries && table.bytes <= most.bytes)
            if step % 50 == 0 { check(table) }
        }
        table.removeAll()
        check(table)
    }

    @Test("refuses a value that is heavier than all it may hold, and drops the one before")
    func tooHeavy() {
        var table = CacheTable<Int, Int>(most: CacheCapacity(entries: 10, bytes: 100), seed: 1)
        table.store(entry(1), for: 1, hash(1), weight: 50, at: 0)
        table.store(entry(2), for: 1, hash(1), weight: 101, at: 0)
        #expect(table.find(1, hash(1)) == nil && table.bytes == 0)
    }

    @Test("keeps what is asked for often when a scan passes through")
    func scan() {
        var table = CacheTable<Int, Int>(most: CacheCapacity(entries: 100, bytes: .max), seed: 1)
        func mixed(_ key: Int) -> UInt64 { UInt64(key) &* 0x9E37_79B9_7F4A_7C15 }
        func ask(_ key: Int) -> Bool {
            if table.hit(key, mixed(key), now: 0, moment: TagMoment(1)) != nil { return true }
            table.store(entry(key), for: key, mixed(key), weight: 1, at: 0)
            return false
        }
        for _ in 0..<20 { for key in 0..<80 { _ = ask(key) } }
        for key in 1000..<3000 { _ = ask(key) }
        var kept = 0
        for key in 0..<80 where ask(key) { kept += 1 }
        #expect(kept >= 75)
        #expect(table.evictions > 1900)
    }

    @Test("drops what is gone while others come")
    func sweeping() {
        var table = CacheTable<Int, Int>(most: CacheCapacity(entries: 1000, bytes: .max), seed: 1)
        for key in 0..<200 { table.store(entry(key, gone: 10), for: key, UInt64(key) << 33, weight: 1, at: 0) }
        for key in 200..<400 { table.store(entry(key), for: key, UInt64(key) << 33, weight: 1, at: 20) }
        #expect(table.nodes.count == 200)
        #expect(table.evictions == 0)
    }

    @Test("has a sketch that tells rare from frequent and forgets with time")
    func sketch() {
        var sketch = FrequencySketch(entries: 512)
        for _ in 0..<9 { sketch.increment(7) }
        sketch.increment(8)
        #expect(sketch.frequency(7) >= 9)
        #expect((1...3).contains(sketch.frequency(8)))
        #expect(sketch.frequency(1_000_000) <= 2)
        sketch.halve()
        #expect((4...5).contains(sketch.frequency(7)))
    }

    @Test("notices a hit ratio that falls, and neither noise nor a rise")
    func upheaval() {
        var watch = UpheavalWatch(entries: 100)
        var noticed = 0
        for number in 0..<50 where watch.count(hits: 300 + number % 3 * 10, misses: 200 - number % 3 * 10) {
            noticed += 1
        }
        #expect(noticed == 0)
        for _ in 0..<20 where watch.count(hits: 450, misses: 50) { noticed += 1 }
        #expect(noticed == 0)
        // Until the average has followed: 0.5 · 0.9^22 is less than the fall that counts.
        for _ in 0..<60 where watch.count(hits: 200, misses: 300) { noticed += 1 }
        #expect((15...25).contains(noticed))
    }
}
