import PorticoCache
import PorticoRedis
import PorticoValues
import Synchronization
import Testing

@Suite("Redis as tier 2", .disabled(if: TestRedis.isMissing, "no Redis server"), .timeLimit(.minutes(2)))
struct RedisSharedCacheTests {
    private let url = TestRedis.url ?? ""

    private func store(_ client: RedisClient, _ prefix: String) -> RedisSharedCache {
        RedisSharedCache(client, prefix: prefix, timeout: .seconds(10))
    }

    private func registry(_ store: any SharedCacheStore, _ backplane: (any CacheBackplane)? = nil) -> CacheRegistry {
        var configuration = CacheRegistry.Configuration()
        configuration.shared = store
        configuration.backplane = backplane
        configuration.bounds.soft = .seconds(10)
        configuration.bounds.hard = .seconds(10)
        return CacheRegistry(configuration)
    }

    private func cache(_ registry: CacheRegistry, lease: Span = .seconds(20)) -> Cache<String, String> {
        var policy = CachePolicy("test", ttl: .minutes(1), tags: ["all"])
        policy.lease = lease
        policy.beta = 0
        return Cache(policy, in: registry, codec: .text)
    }

    @Test("does what every tier 2 must do")
    func conformance() async throws {
        try await withClient(settings(url)) { client in
            try await SharedStoreConformance(store: store(client, uniqueName()), name: "test").run()
        }
    }

    @Test("keeps keys of any length and bytes apart")
    func keys() async throws {
        try await withClient(settings(url)) { client in
            let store = store(client, uniqueName())
            let long = String(repeating: "x", count: 5000)
            let keys = [long + "1", long + "2", "ü {b} \u{0}", "plain"]
            let stamp = try await store.changes(since: nil).stamp
            for (number, key) in keys.enumerated() {
                let entry = SharedEntry(payload: [UInt8(number)], tags: [], stamp: stamp, life: .minutes(1))
                #expect(try await store.write(entry, for: key, releasing: nil))
            }
            for (number, key) in keys.enumerated() {
                #expect(try await store.read(key, claim: nil).entry?.payload == [UInt8(number)])
            }
        }
    }

    @Test(
        "remembers so many invalidations; what is older than a forgotten one is outdated, and nobody is told it is not")
    func forgetsOldest() async throws {
        try await withClient(settings(url)) { client in
            let store = RedisSharedCache(client, prefix: uniqueName(), mostTags: 10, timeout: .seconds(10))
            let stamp = try await store.changes(since: nil).stamp
            let before = SharedEntry(payload: [1], tags: ["other"], stamp: stamp, life: .minutes(1))
            #expect(try await store.write(before, for: "before", releasing: nil))
            for number in 0..<10 { _ = try await store.invalidate([CacheTag("tag:\(number)")]) }
            #expect(try await store.read("before", claim: nil).entry != nil)
            let known = try await store.changes(since: stamp)
            #expect(known.isComplete && known.tags.count == 10)
            let middle = known.tags[CacheTag("tag:4")] ?? 0
            // One invalidation of many tags, which alone is more than is remembered.
            let last = try await store.invalidate(Set((10..<15).map { CacheTag("tag:\($0)") }))
            #expect(try await store.read("before", claim: nil).entry == nil)
            #expect(try await store.changes(since: stamp).isComplete == false)
            let rest = try await store.changes(since: middle)
            #expect(rest.isComplete && rest.tags.count == 10)
            let after = SharedEntry(payload: [2], tags: ["tag:12"], stamp: last, life: .minutes(1))
            #expect(try await store.write(after, for: "after", releasing: nil))
            #expect(try await store.read("after", claim: nil).entry?.payload == [2])
        }
    }

    @Test("loads a cold key once over several nodes")
    func singleFlight() async throws {
        try await withClient(settings(url)) { client in
            let prefix = uniqueName()
            let caches = (0..<3).map { _ in cache(registry(store(client, prefix))) }
            let loads = Counted()
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        try await caches[number % 3].value(for: "k") { _ in
                            loads.next()
                            try await Task.sleep(for: .milliseconds(20))
                            return "v"
                        }
                    }
                }
                for try await value in group { #expect(value == "v") }
            }
            #expect(loads.value == 1)
        }
    }

    @Test("lets the next node go on when the holder of a lease is gone")
    func deadHolder() async throws {
        try await withClient(settings(url)) { client in
            let store = store(client, uniqueName())
            let dead = try await store.read("test:k", claim: SharedClaim(token: "dead", life: .milliseconds(200)))
            #expect(dead.lease == .granted)
            let cache = cache(registry(store))
            #expect(try await cache.value(for: "k") { _ in "v" } == "v")
            #expect(cache.statistics.leaseWaits > 0)
        }
    }

    @Test("tells the other nodes over the backplane, and a set value replaces theirs")
    func backplane() async throws {
        try await withClient(settings(url)) { client in
            let prefix = uniqueName()
            let backplanes = (0..<2).map { _ in RedisBackplane(client, prefix: prefix) }
            let registries = backplanes.map { registry(store(client, prefix), RedisCacheBackplane($0)) }
            let caches = registries.map { cache($0) }
            let upkeep = registries.map { registry in Task { await registry.run() } }
            for cache in caches { #expect(try await cache.value(for: "k") { _ in "old" } == "old") }
            try await eventually {
                await caches[0].set("new", for: "k")
                return try await caches[1].value(for: "k") { _ in "from the source" } == "new"
            }
            await registries[1].invalidate(["all"])
            try await eventually { caches[0].value(for: "k") == nil }
            for task in upkeep { task.cancel() }
            for backplane in backplanes { await backplane.shutdown() }
        }
    }

    @Test(
        "takes nothing from before the server lost everything", .disabled(if: !ServerProcess.isInstalled, "no server"))
    func flush() async throws {
        let server = try ServerProcess()
        try await withClient(settings(server.url)) { client in
            let store = store(client, "test")
            let before = try await store.changes(since: nil).stamp
            _ = try await store.invalidate(["t"])
            _ = try await client.send(RedisCommand("FLUSHALL"))
            let entry = SharedEntry(payload: [1], tags: ["t"], stamp: before, life: .minutes(1))
            #expect(try await store.write(entry, for: "k", releasing: nil) == false)
            let changes = try await store.changes(since: before)
            #expect(changes.isComplete == false && changes.stamp > before)
        }
    }

    @Test("is missed by nobody while it is away", .disabled(if: !ServerProcess.isInstalled, "no server"))
    func outage() async throws {
        let server = try ServerProcess()
        var configuration = settings(server.url)
        configuration.timeout = .milliseconds(200)
        configuration.hardTimeout = .milliseconds(400)
        try await withClient(configuration) { client in
            let registry = registry(RedisSharedCache(client, prefix: "test", timeout: .milliseconds(200)))
            let cache = cache(registry)
            #expect(try await cache.value(for: "a") { _ in "1" } == "1")
            server.crash()
            for number in 0..<20 { #expect(try await cache.value(for: "b\(number)") { _ in "2" } == "2") }
            #expect(await registry.invalidate(["all"]) == false)
            #expect(try await cache.value(for: "a") { _ in "3" } == "3")
            try server.restart()
            try await eventually { await registry.settle() }
            let other = Cache<String, String>(CachePolicy("other"), in: registry, codec: .text)
            try await eventually {
                _ = try await other.value(for: uniqueName()) { _ in "4" }
                return other.statistics.sharedWrites > 0
            }
        }
    }
}
