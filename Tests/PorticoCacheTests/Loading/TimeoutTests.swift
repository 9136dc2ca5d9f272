import PorticoCache
import PorticoValues
import Testing

@Suite("Timeouts of loaders", .timeLimit(.minutes(2)))
struct TimeoutTests {
    private let node = TestNode()

    private func cache(hard: Span? = nil) -> Cache<String, String> {
        var policy = exact()
        policy.staleIfError = .hours(1)
        policy.softTimeout = .milliseconds(100)
        policy.hardTimeout = hard
        return node.cache(policy)
    }

    @Test("give a stale value after the soft one, and the load ends behind it")
    func soft() async throws {
        let cache = cache()
        _ = try await cache.value(for: "k") { _ in "old" }
        node.clock.advance(by: .seconds(11))
        let gate = Gate()
        let slow: Cache<String, String>.Loader = { _ in
            await gate.pass()
            return "new"
        }
        let caller = Task { try await cache.value(for: "k", slow) }
        await until { node.timer.waiting == 1 && gate.arrived == 1 }
        node.timer.advance(by: .milliseconds(99))
        #expect(cache.statistics.staleServes == 0)
        node.timer.advance(by: .milliseconds(1))
        #expect(try await caller.value == "old")
        // Who comes later does not wait again.
        #expect(try await cache.value(for: "k", slow) == "old")
        gate.open()
        await until { cache.statistics.loading == 0 }
        #expect(cache.value(for: "k") == "new")
        #expect(gate.arrived == 1)
    }

    @Test("make callers without a stale value wait no longer than the hard one, and the load fills the cache")
    func hard() async throws {
        let cache = cache(hard: .seconds(2))
        let gate = Gate()
        let slow: Cache<String, String>.Loader = { _ in
            await gate.pass()
            return "new"
        }
        let caller = Task { try await cache.value(for: "k", slow) }
        await until { node.timer.waiting == 1 && gate.arrived == 1 }
        node.timer.advance(by: .seconds(2))
        await #expect(throws: CacheTimeout.self) { try await caller.value }
        await #expect(throws: CacheTimeout.self) { try await cache.value(for: "k", slow) }
        gate.open()
        await until { cache.statistics.loading == 0 }
        #expect(try await cache.value(for: "k", slow) == "new")
        #expect(gate.arrived == 1 && cache.statistics.timeouts == 2)
    }

    @Test("let another load begin when one seems lost")
    func lost() async throws {
        let cache = cache(hard: .seconds(2))
        let gate = Gate()
        let caller = Task {
            try await cache.value(for: "k") { _ in
                await gate.pass()
                return "lost"
            }
        }
        await until { node.timer.waiting == 1 && gate.arrived == 1 }
        node.timer.advance(by: .seconds(2))
        await #expect(throws: CacheTimeout.self) { try await caller.value }
        node.clock.advance(by: .seconds(20))
        #expect(try await cache.value(for: "k") { _ in "found" } == "found")
        gate.open()
    }
}
