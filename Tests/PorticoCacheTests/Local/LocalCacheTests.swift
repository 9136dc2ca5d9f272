import PorticoValues
import Testing

@testable import PorticoCache

@Suite("Tier 1")
struct LocalCacheTests {
    private let clock = CacheClock.standing()
    private let tags = TagVersions()

    private func cache(_ entries: Int = 100, bytes: Int = 1 << 20) -> LocalCache<String, String> {
        LocalCache(CacheCapacity(entries: entries, bytes: bytes), clock: clock, tags: tags)
    }

    @Test("holds a value for its time and not a millisecond longer")
    func time() {
        let cache = cache()
        cache.store("v", for: "k", ttl: .seconds(1))
        clock.advance(by: .milliseconds(999))
        #expect(cache.value(for: "k") == "v")
        clock.advance(by: .milliseconds(1))
        #expect(cache.value(for: "k") == nil)
        #expect(cache.usage.hits == 1 && cache.usage.misses == 1)
    }

    @Test("drops what an invalidated tag is on")
    func invalidation() {
        let cache = cache()
        cache.store("1", for: "a", ttl: .hours(1), tags: ["x"])
        cache.store("2", for: "b", ttl: .hours(1), tags: ["y"])
        tags.invalidate(["x"])
        #expect(cache.value(for: "a") == nil)
        #expect(cache.value(for: "b") == "2")
        #expect(cache.usage.entries == 1)
    }

    @Test("never shows a value whose reading began before the invalidation")
    func lateStore() {
        let cache = cache()
        let moment = tags.moment
        tags.invalidate(["x"])
        cache.store("old", for: "a", ttl: .hours(1), tags: ["x"], moment: moment)
        #expect(cache.value(for: "a") == nil)
    }

    @Test("prolongs a sliding value by each read, up to its full time")
    func sliding() {
        let cache = cache()
        var times = CacheTimes(fresh: 100, gone: 250)
        times.sliding = 100
        times.latest = 250
        let hash = LocalCache<String, String>.hash(of: "k")
        cache.store(CacheEntry("v", times: times, moment: tags.moment), for: "k", hash, weight: 0)
        for _ in 0..<3 {
            clock.advance(by: .milliseconds(80))
            #expect(cache.value(for: "k") == "v")
        }
        clock.advance(by: .milliseconds(10))
        #expect(cache.value(for: "k") == nil)
    }

    @Test("counts bytes and stays within them")
    func bytes() {
        let overhead = LocalCache<String, String>.overhead
        let cache = cache(1000, bytes: 10 * (overhead + 100))
        for number in 0..<50 { cache.store("v", for: "\(number)", ttl: .hours(1), weight: 100) }
        #expect(cache.usage.entries == 10)
        #expect(cache.usage.bytes == 10 * (overhead + 100))
        #expect(cache.usage.evictions == 40 && cache.usage.evictedBytes == 40 * (overhead + 100))
        cache.removeAll()
        #expect(cache.usage.entries == 0 && cache.usage.bytes == 0)
    }

    @Test("counts for each value what a shard really takes for it, in the mean over the sizes of a shard")
    func overhead() {
        var table = CacheTable<Int, Int>(most: CacheCapacity(entries: 4096), seed: 1)
        var sum = 0.0
        var numbers = SeededNumbers(5)
        for number in 1...1024 {
            let entry = CacheEntry(number, times: CacheTimes(fresh: .max), moment: TagMoment(1))
            table.store(entry, for: number, numbers.next(), weight: 1, at: 0)
            if number > 512 { sum += Double(table.indexBytes) / Double(table.nodes.count) }
        }
        let counted = LocalCache<Int, Int>.overhead - MemoryLayout<CacheNode<Int, Int>>.stride
        #expect(abs(sum / 512 - Double(counted)) < 1)
    }

    @Test("tells how often counting began anew, because the load had become another one")
    func upheavals() {
        let cache = LocalCache<Int, Int>(CacheCapacity(entries: 400), clock: clock, tags: tags)
        var numbers = SeededNumbers(3)
        func ask(_ requests: Int, from base: Int) {
            for _ in 0..<requests {
                let unit = Double.random(in: 0..<1, using: &numbers)
                let key = base + Int(4000 * unit * unit * unit)
                if cache.value(for: key) == nil { cache.store(key, for: key, ttl: .hours(1)) }
            }
        }
        ask(30_000, from: 0)
        let before = cache.usage.upheavals
        ask(14_000, from: 100_000)
        #expect(cache.usage.upheavals > before)
    }

    @Test("keeps nothing when it has no capacity")
    func none() {
        let cache = cache(0)
        cache.store("v", for: "k", ttl: .hours(1))
        #expect(cache.value(for: "k") == nil)
    }

    @Test("survives many tasks at once")
    func concurrency() async {
        let cache = LocalCache<Int, Int>(CacheCapacity(entries: 4096), clock: clock, tags: tags)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { [tags] in
                    var numbers = SeededNumbers(UInt64(task))
                    for step in 0..<5000 {
                        let key = Int.random(in: 0..<10_000, using: &numbers)
                        if let value = cache.value(for: key) {
                            #expect(value == key)
                        } else {
                            cache.store(key, for: key, ttl: .hours(1), tags: ["t\(key % 10)"])
                        }
                        if step % 1000 == 0 { tags.invalidate(["t\(step / 1000)"]) }
                    }
                }
            }
        }
        #expect(cache.usage.entries <= 4096)
        #expect(cache.usage.hits + cache.usage.misses == 40_000)
    }
}

@Suite("Times of a value")
struct CacheTimesTests {
    @Test("are due as XFetch says", arguments: [(0.5, true), (0.6, false), (1.0, false)])
    func xfetch(unit: Double, isDue: Bool) {
        var times = CacheTimes(fresh: 1000)
        times.cost = 100
        // 100 · ln 0.5 = -69.3: at 935 the sum is 1004; with 0.6 it is 986.
        #expect(times.isDue(at: 935, unit: unit) == isDue)
    }

    @Test("draw attention before any draw could say yes")
    func attention() {
        var times = CacheTimes(fresh: 100_000)
        times.cost = 100
        let attention = times.attention(at: 0)
        #expect(!times.isDue(at: attention - 1, unit: 0x1p-53))
        #expect(attention < 100_000)
    }

    @Test("are due from the threshold on, and not while at rest")
    func eager() {
        var times = CacheTimes(fresh: 1000)
        times.eager = 800
        #expect(!times.isDue(at: 799, unit: 1))
        #expect(times.isDue(at: 800, unit: 1))
        times.retry = 900
        #expect(!times.isDue(at: 899, unit: 1))
        #expect(times.isDue(at: 900, unit: 1))
    }

    @Test("refresh early about as often as the rule's distribution says")
    func distribution() {
        var times = CacheTimes(fresh: 1000)
        times.cost = 100
        var numbers = SeededNumbers(4)
        let early = (0..<20_000).count { _ in times.isDue(at: 900, unit: CacheMath.unit(numbers.next())) }
        // P(-100 · ln U >= 100) = 1/e.
        #expect(abs(Double(early) / 20_000 - 0.3679) < 0.015)
    }
}
