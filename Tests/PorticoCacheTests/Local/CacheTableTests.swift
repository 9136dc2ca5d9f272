import Testing

@testable import PorticoCache

@Suite("Table of values")
struct CacheTableTests {
    private func entry(_ value: Int, gone: Int64 = .max) -> CacheEntry<Int> {
        CacheEntry(value, times: CacheTimes(fresh: gone), moment: TagMoment(1))
    }

    /// A hash that makes keys collide.
    private func hash(_ key: Int) -> UInt64 { UInt64(key % 97) << 34 | UInt64(key % 13) }

    /// A hash that keeps keys apart.
    private func mixed(_ key: Int) -> UInt64 { UInt64(key) &* 0x9E37_79B9_7F4A_7C15 }

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
            case 0 where step % 3 == 0:
                table.startAnew()
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
        #expect(table.upheavals == 0)
    }

    /// A table that has been asked for keys of very different popularity, and which keys come next.
    private struct Load {
        var table: CacheTable<Int, Int>
        var numbers = SeededNumbers(3)

        /// Asks for so many keys from `base` on, low ones most. Returns how many were there.
        mutating func ask(_ requests: Int, from base: Int) -> Int {
            var hits = 0
            for _ in 0..<requests {
                let unit = Double.random(in: 0..<1, using: &numbers)
                let key = base + Int(4000 * unit * unit * unit)
                // All bits of the hash depend on the key, as they do in a real one.
                var mixer = SeededNumbers(UInt64(key))
                let hash = mixer.next()
                if table.hit(key, hash, now: 0, moment: TagMoment(1)) != nil {
                    hits += 1
                } else {
                    table.misses += 1
                    let entry = CacheEntry(key, times: CacheTimes(fresh: .max), moment: TagMoment(1))
                    table.store(entry, for: key, hash, weight: 1, at: 0)
                }
            }
            return hits
        }
    }

    @Test(
        "serves a load that has become another one as it served the first, whichever bound it has",
        arguments: [CacheCapacity(entries: 400, bytes: .max), CacheCapacity(entries: 100_000, bytes: 400)])
    func upheaval(most: CacheCapacity) {
        var load = Load(table: CacheTable(most: most, seed: 1))
        _ = load.ask(20_000, from: 0)
        let before = load.ask(10_000, from: 0)
        #expect(load.table.upheavals == 0)
        _ = load.ask(4000, from: 100_000)
        let after = load.ask(10_000, from: 100_000)
        #expect(load.table.upheavals >= 1)
        #expect(after * 100 >= before * 85)
        #expect(load.table.bytes <= 400)
        check(load.table)
    }

    @Test("does not take it for an upheaval when keys come back and find room")
    func room() {
        var table = CacheTable<Int, Int>(most: CacheCapacity(entries: 400, bytes: .max), seed: 1)
        func ask(_ key: Int) {
            guard table.hit(key, mixed(key), now: 0, moment: TagMoment(1)) == nil else { return }
            table.misses += 1
            table.store(entry(key), for: key, mixed(key), weight: 1, at: 0)
        }
        for _ in 0..<5 { for key in 0..<400 { ask(key) } }
        for key in 1000..<4000 { ask(key) }
        #expect(table.evictions == 3000)
        for key in 100..<170 { table.remove(key, mixed(key)) }
        for key in 3920..<3980 { ask(key) }
        #expect(table.evictions == 3000)
        #expect(table.upheavals == 0)
    }

    @Test("lets what was protected go first when it starts anew, and keeps the rest")
    func startingAnew() {
        var table = CacheTable<Int, Int>(most: CacheCapacity(entries: 100, bytes: 100), seed: 1)
        for key in 0..<100 { table.store(entry(key), for: key, mixed(key), weight: 1, at: 0) }
        for key in 20..<40 { _ = table.hit(key, mixed(key), now: 0, moment: TagMoment(1)) }
        #expect(table.protected.count == 20)
        table.startAnew()
        check(table)
        #expect(table.nodes.count == 100 && table.protected.count == 0)
        #expect(table.nodes[Int(table.probation.oldest)].key == 20)
        #expect((0..<100).allSatisfy { table.sketch.frequency(mixed($0)) == 0 })
    }

    @Test("protects no more than four fifths of its bytes")
    func protectedBytes() {
        var table = CacheTable<Int, Int>(most: CacheCapacity(entries: 1000, bytes: 1000), seed: 1)
        for key in 0..<50 { table.store(entry(key), for: key, mixed(key), weight: 20, at: 0) }
        for key in 0..<50 {
            _ = table.hit(key, mixed(key), now: 0, moment: TagMoment(1))
            #expect(table.protected.bytes <= 800)
        }
        #expect(table.protected.bytes > 700)
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

    @Test("knows a key that comes back once, and only while few others were turned away since")
    func rejected() {
        var keys = RejectedKeys(entries: 64)
        func take(_ hash: UInt64) -> Bool { keys.take(hash, reach: 10) }
        #expect(!take(5 << 32 | 5))
        keys.note(5 << 32 | 5)
        #expect(!take(6 << 32 | 5))
        #expect(take(5 << 32 | 5))
        #expect(!take(5 << 32 | 5))
        for key in UInt64(1)...20 { keys.note(key << 32 | key) }
        #expect(!take(10 << 32 | 10))
        #expect(take(11 << 32 | 11))
        keys.adapt(to: 128)
        #expect(take(20 << 32 | 20))
        keys.adapt(to: 129)
        #expect(!take(19 << 32 | 19))
    }

    @Test("takes it for an upheaval when keys that come back are well ahead", arguments: [(10, 16), (4000, 100)])
    func lead(entries: Int, needed: Int) {
        var watch = UpheavalWatch()
        var noticed: [Int] = []
        for number in 1...3 * needed
        where watch.count(used: 0, hasReturned: true, requests: 0, among: entries) {
            noticed.append(number)
        }
        #expect(noticed == [needed, 2 * needed, 3 * needed])
    }

    @Test("sees no upheaval while values on probation are asked for as often as keys come back")
    func balance() {
        var watch = UpheavalWatch()
        var noticed = 0
        for number in 1...5000 {
            let isBack = number % 2 == 0
            if watch.count(used: isBack ? 0 : 1, hasReturned: isBack, requests: number, among: 100) { noticed += 1 }
        }
        #expect(noticed == 0)
        #expect((-1...1).contains(watch.lead))
    }

    @Test("lets what spoke for the estimates count for about one round only")
    func fading() {
        var watch = UpheavalWatch()
        _ = watch.count(used: 1000, hasReturned: false, requests: 0, among: 100)
        #expect(watch.lead == -1000)
        for round in 1...10 {
            _ = watch.count(used: 0, hasReturned: false, requests: round * 50, among: 100)
        }
        #expect(watch.lead == 0)
    }
}
