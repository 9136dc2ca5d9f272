import PorticoTelemetry
import PorticoValues
import Testing

@testable import PorticoCache

/// Copies that are given to those who know the version they were made of.
@Suite struct VersionedCopiesTests {
    private struct Shelf {
        let clock = CacheClock.standing()
        let registry: CacheRegistry
        let copies: VersionedCopies<String, String>

        init(entries: Int = 10) {
            var configuration = CacheRegistry.Configuration()
            configuration.clock = clock
            registry = CacheRegistry(configuration)
            var policy = CachePolicy("test.copies", ttl: .seconds(60))
            policy.capacity = CacheCapacity(entries: entries)
            copies = VersionedCopies(policy, in: registry)
        }

        @discardableResult
        func keep(_ value: String, _ version: Int64, for key: String = "a") -> String {
            copies.keep(value, for: key, version: version, since: copies.moment)
        }
    }

    @Test("are given for their key and their version, and for no other")
    func versions() {
        let shelf = Shelf()
        #expect(shelf.copies.value(for: "a", version: 3) == nil)
        shelf.keep("three", 3)
        #expect(shelf.copies.value(for: "a", version: 3) == "three")
        #expect(shelf.copies.value(for: "a", version: 4) == nil)
        #expect(shelf.copies.value(for: "a", version: 2) == nil)
        #expect(shelf.copies.value(for: "b", version: 3) == nil)
    }

    @Test("a reader of an older snapshot gets what it read and puts nothing back")
    func older() {
        let shelf = Shelf()
        shelf.keep("four", 4)
        #expect(shelf.keep("three", 3) == "three")
        #expect(shelf.copies.value(for: "a", version: 4) == "four")
        #expect(shelf.copies.value(for: "a", version: 3) == nil)
    }

    @Test("of two who read the same version the first one's copy is everybody's")
    func first() {
        let shelf = Shelf()
        #expect(shelf.keep("first", 4) == "first")
        #expect(shelf.keep("second", 4) == "first")
    }

    @Test("none is given after its time")
    func roof() {
        let shelf = Shelf()
        shelf.keep("old", 1)
        shelf.clock.advance(by: .milliseconds(59_999))
        #expect(shelf.copies.value(for: "a", version: 1) == "old")
        shelf.clock.advance(by: .milliseconds(1))
        #expect(shelf.copies.value(for: "a", version: 1) == nil)
        #expect(shelf.keep("new", 1) == "new")
        #expect(shelf.copies.value(for: "a", version: 1) == "new")
    }

    @Test("a purge reaches them, also what was read before it and comes after")
    func purge() async {
        let shelf = Shelf()
        shelf.keep("kept", 1)
        await shelf.registry.invalidate([.cache("elsewhere")])
        #expect(shelf.copies.value(for: "a", version: 1) == "kept")
        let moment = shelf.copies.moment
        await shelf.registry.invalidate([.cache("test.copies")])
        #expect(shelf.copies.value(for: "a", version: 1) == nil)
        #expect(shelf.copies.keep("late", for: "a", version: 1, since: moment) == "late")
        #expect(shelf.copies.value(for: "a", version: 1) == nil)
        shelf.keep("fresh", 1)
        await shelf.registry.clear()
        #expect(shelf.copies.value(for: "a", version: 1) == nil)
    }

    @Test("there are never more than the policy says")
    func capacity() {
        let shelf = Shelf(entries: 2)
        for (number, key) in ["a", "b", "c"].enumerated() {
            shelf.keep(key, Int64(number), for: key)
            shelf.clock.advance(by: .seconds(1))
        }
        #expect(shelf.copies.value(for: "a", version: 0) == nil)
        #expect(shelf.copies.value(for: "b", version: 1) == "b" && shelf.copies.value(for: "c", version: 2) == "c")
        #expect(shelf.copies.statistics.local.entries == 2 && shelf.copies.statistics.local.evictions == 1)
    }

    @Test("they are listed with name, policy, hits and misses, for console and metrics")
    func listed() {
        let shelf = Shelf()
        let metrics = MetricsRegistry()
        shelf.registry.export(to: metrics)
        shelf.keep("x", 1)
        for _ in 1...3 { _ = shelf.copies.value(for: "a", version: 1) }
        #expect(shelf.registry.names == ["test.copies"])
        #expect(shelf.registry.policies.map(\.ttl) == [.seconds(60)])
        #expect(shelf.registry.advice.isEmpty)
        let text = String(decoding: metrics.prometheusText(), as: UTF8.self)
        let reads = "portico_cache_reads_total{cache=\"test.copies\",tier=\"local\","
        #expect(text.contains("\(reads)outcome=\"hit\"} 3") && text.contains("\(reads)outcome=\"miss\"} 1"))
    }
}
