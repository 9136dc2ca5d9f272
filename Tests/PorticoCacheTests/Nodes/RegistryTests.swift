import PorticoCache
import PorticoTelemetry
import PorticoValues
import Testing

@Suite("Registry of caches", .timeLimit(.minutes(2)))
struct RegistryTests {
    @Test("lists caches, policies and statistics by name")
    func listing() async throws {
        let node = TestNode()
        let one = node.cache(exact("b.two"))
        _ = node.cache(exact("a.one"))
        _ = try await one.value(for: "k") { _ in "v" }
        _ = try await one.value(for: "k") { _ in "v" }
        #expect(node.registry.names == ["a.one", "b.two"])
        #expect(node.registry.policies.map(\.name) == ["a.one", "b.two"])
        let statistics = node.registry.statistics[1]
        #expect(statistics.local.hits == 1 && statistics.local.misses == 1 && statistics.loads == 1)
        #expect(statistics.local.entries == 1 && statistics.local.bytes > 0 && statistics.localHitRatio == 0.5)
        #expect(node.registry.advice.isEmpty)
    }

    @Test("tells incoherent policies by the cache's name")
    func advice() {
        let node = TestNode()
        var policy = exact("odd")
        policy.jitter = 3
        _ = node.cache(policy)
        #expect(node.registry.advice.map(\.cache) == ["odd"])
    }

    @Test("shows its counters in the metrics, under declared names only")
    func metrics() async throws {
        let node = TestNode(shared: LocalSharedCache(clock: .standing()))
        let metrics = MetricsRegistry()
        node.registry.export(to: metrics)
        let cache = node.cache(exact("bags.summary"))
        for _ in 0..<3 { _ = try await cache.value(for: "secret-key") { _ in "v" } }
        await until { cache.statistics.sharedWrites == 1 }
        let text = String(decoding: metrics.prometheusText(), as: UTF8.self)
        #expect(text.contains(#"portico_cache_reads_total{cache="bags.summary",tier="local",outcome="hit"} 2"#))
        #expect(text.contains(#"portico_cache_reads_total{cache="bags.summary",tier="shared",outcome="miss"} 1"#))
        #expect(text.contains(#"portico_cache_loads_total{cache="bags.summary"} 1"#))
        #expect(text.contains(#"portico_cache_entries{cache="bags.summary"} 1"#))
        #expect(text.contains(#"portico_cache_events_total{cache="bags.summary",event="upheaval"} 0"#))
        #expect(text.contains(#"portico_cache_tier_failures_total{tier="shared",reason="timeout"} 0"#))
        #expect(!text.contains("secret-key"))
    }

    @Test("hears the other nodes while it runs")
    func running() async throws {
        let exchange = LocalExchange()
        let nodes = (0..<2).map { _ in TestNode(backplane: exchange.backplane()) }
        let caches = nodes.map { $0.cache(exact()) }
        let upkeep = nodes.map { node in Task { await node.registry.run() } }
        // The first notice may come before the second node listens; it is told again until it is heard.
        for cache in caches { _ = try await cache.value(for: "k") { _ in "v" } }
        while caches[1].value(for: "k") != nil {
            await caches[0].remove("k")
            await Task.yield()
        }
        for task in upkeep { task.cancel() }
        for task in upkeep { await task.value }
        #expect(caches[0].value(for: "k") == nil)
    }

    @Test("never hears itself")
    func ownNotices() async throws {
        let exchange = TestExchange(nodes: 2)
        let node = TestNode(backplane: exchange.port(0))
        let cache = node.cache(exact())
        await cache.set("v", for: "k")
        await exchange.deliver(to: 0, node.registry)
        #expect(cache.value(for: "k") == "v")
    }
}
