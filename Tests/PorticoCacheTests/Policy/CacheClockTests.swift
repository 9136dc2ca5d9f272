import PorticoCache
import PorticoValues
import Testing

@Suite("Clock of a cache")
struct CacheClockTests {
    @Test("stands still until it is moved, and never goes back")
    func standing() {
        let clock = CacheClock.standing()
        #expect(clock.now() == 0)
        clock.advance(by: .seconds(2))
        clock.advance(by: .seconds(-1))
        #expect(clock.now() == 2000)
    }

    @Test("follows the process's clock where tests move that one")
    func following() {
        let process = Clock(standingAt: Instant(seconds: 1000))
        let clock = CacheClock.following(process)
        #expect(clock.now() == 1_000_000)
        process.advance(by: .minutes(1))
        #expect(clock.now() == 1_060_000)
    }

    @Test("of the machine does not run backwards and can be moved forward")
    func monotonic() {
        let clock = CacheClock.monotonic()
        let first = clock.now()
        #expect(clock.now() >= first)
        clock.advance(by: .hours(1))
        #expect(clock.now() >= first + 3_600_000)
    }
}

@Suite("Weights and absence")
struct CacheWeightTests {
    @Test("weigh texts and bytes by their length, everything else by its size")
    func weights() {
        #expect(CacheWeight.estimate("abc") == MemoryLayout<String>.stride + 3)
        #expect(CacheWeight.estimate([UInt8](repeating: 0, count: 100)) == MemoryLayout<[UInt8]>.stride + 100)
        #expect(CacheWeight.estimate(7) == 8)
    }

    @Test("take an optional without a value for absence, and nothing else")
    func absence() {
        #expect(CacheAbsence.isAbsent(Int?.none))
        #expect(!CacheAbsence.isAbsent(Int?.some(0)))
        #expect(!CacheAbsence.isAbsent(Int??.some(.none)))
        #expect(!CacheAbsence.isAbsent(0))
        #expect(!CacheAbsence.isAbsent(""))
    }
}

@Suite("Personal caches")
struct PersonalCacheTests {
    @Test("keep the answers of two people apart in both tiers")
    func apart() async throws {
        let store = LocalSharedCache(clock: .standing())
        let (one, two) = (TestNode(shared: store), TestNode(shared: store))
        for node in [one, two] {
            let cache = PersonalCache<String, String>(exact("mine"), in: node.registry, codec: .text)
            for account in [1, 2] as [Int64] {
                let value = try await cache.value(for: PersonalKey(for: account, "inbox")) { _ in "of \(account)" }
                #expect(value == "of \(account)")
            }
            await until { cache.statistics.sharedWrites + cache.statistics.sharedHits == 2 }
        }
        #expect(two.registry.statistics[0].sharedHits == 2)
    }
}
