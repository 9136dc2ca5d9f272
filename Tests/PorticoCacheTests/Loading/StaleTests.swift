import PorticoCache
import PorticoValues
import Testing

@Suite("Stale values", .timeLimit(.minutes(2)))
struct StaleTests {
    private let node = TestNode()
    private let source = Source()

    private func cache(swr: Span = .seconds(0), sie: Span = .seconds(0)) -> Cache<String, String> {
        var policy = exact()
        policy.staleWhileRevalidate = swr
        policy.staleIfError = sie
        return node.cache(policy)
    }

    private func read(_ cache: Cache<String, String>) async throws -> String {
        try await cache.value(for: "k") { [source] load in
            load.tags = ["rows"]
            return try await source.load("k")
        }
    }

    @Test("are served while a fresh one is loaded behind them")
    func revalidate() async throws {
        let cache = cache(swr: .seconds(5))
        #expect(try await read(cache) == "k=0")
        source.write("k")
        node.clock.advance(by: .seconds(12))
        #expect(try await read(cache) == "k=0")
        await until { cache.statistics.loads == 2 && cache.statistics.loading == 0 }
        #expect(try await read(cache) == "k=1")
        #expect(cache.statistics.staleServes == 1)
    }

    @Test("are not served past their window")
    func window() async throws {
        let cache = cache(swr: .seconds(5))
        _ = try await read(cache)
        source.write("k")
        node.clock.advance(by: .seconds(15))
        #expect(try await read(cache) == "k=1")
    }

    @Test("are served when the source fails, and the source is left alone for a while")
    func failSafe() async throws {
        let cache = cache(sie: .hours(1))
        _ = try await read(cache)
        source.isDown = true
        node.clock.advance(by: .minutes(1))
        for _ in 0..<5 { #expect(try await read(cache) == "k=0") }
        #expect(source.loads.value == 2)
        node.clock.advance(by: .seconds(5))
        _ = try await read(cache)
        #expect(source.loads.value == 3)
        #expect(cache.statistics.staleServes == 6 && cache.statistics.loadFailures == 2)
        source.isDown = false
        node.clock.advance(by: .seconds(5))
        source.write("k")
        #expect(try await read(cache) == "k=1")
    }

    @Test("end with their bound even when the source still fails")
    func failSafeBound() async throws {
        let cache = cache(sie: .minutes(1))
        _ = try await read(cache)
        source.isDown = true
        node.clock.advance(by: .seconds(70))
        await #expect(throws: Trouble.self) { try await read(cache) }
    }

    @Test("end with their bound also while the source takes its time to fail")
    func failSafeBoundInWaiting() async throws {
        let cache = cache(sie: .minutes(1))
        _ = try await read(cache)
        node.clock.advance(by: .seconds(15))
        await #expect(throws: Trouble.self) {
            try await cache.value(for: "k") { [clock = node.clock] _ in
                clock.advance(by: .minutes(1))
                throw Trouble()
            }
        }
    }

    @Test("are never served once they were invalidated, whatever fails")
    func invalidated() async throws {
        let cache = cache(swr: .hours(1), sie: .hours(1))
        _ = try await read(cache)
        await node.registry.invalidate(["rows"])
        source.isDown = true
        await #expect(throws: Trouble.self) { try await read(cache) }
    }

    @Test("serve as a last resort when invalidations may have been missed, but not before the source was asked")
    func distrusted() async throws {
        let cache = cache(swr: .hours(1), sie: .hours(1))
        _ = try await read(cache)
        node.registry.tags.distrust()
        source.write("k")
        #expect(try await read(cache) == "k=1")
        node.registry.tags.distrust()
        source.isDown = true
        #expect(try await read(cache) == "k=1")
    }

    @Test("are refreshed past the threshold without anybody waiting")
    func eager() async throws {
        var policy = exact()
        policy.eagerAfter = 0.8
        let cache = node.cache(policy)
        _ = try await read(cache)
        source.write("k")
        node.clock.advance(by: .seconds(8))
        #expect(try await read(cache) == "k=0")
        await until { cache.statistics.loads == 2 && cache.statistics.loading == 0 }
        #expect(try await read(cache) == "k=1")
        #expect(cache.statistics.earlyRefreshes == 1)
    }

    @Test("do not occur on a hot key: it is refreshed early a hundred times and nobody ever waits")
    func hotKey() async throws {
        var policy = CachePolicy("hot", ttl: .seconds(10))
        policy.jitter = 0
        let cache = node.cache(policy)
        let clock = node.clock
        let loads = Tally()
        let load: Cache<String, String>.Loader = { _ in
            // The load takes 200 ms by the cache's clock.
            clock.advance(by: .milliseconds(200))
            return "v\(loads.next())"
        }
        _ = try await cache.value(for: "k", load)
        for _ in 0..<100_000 where loads.value <= 100 {
            clock.advance(by: .milliseconds(20))
            _ = try await cache.value(for: "k", load)
            await until { cache.statistics.loading == 0 }
        }
        #expect(loads.value > 100)
        #expect(cache.statistics.local.misses == 1)
    }
}
