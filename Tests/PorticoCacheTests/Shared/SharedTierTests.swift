import PorticoValues
import Testing

@testable import PorticoCache

@Suite("Tier 2 in process", .timeLimit(.minutes(2)))
struct LocalSharedCacheTests {
    @Test("does what every tier 2 must do")
    func conformance() async throws {
        try await SharedStoreConformance(store: LocalSharedCache(clock: .standing()), name: "test").run()
    }

    @Test("lets a dead holder's lease and an old value expire")
    func expiry() async throws {
        let clock = CacheClock.standing()
        let store = LocalSharedCache(clock: clock)
        let life = Span.seconds(10)
        #expect(try await store.read("k", claim: SharedClaim(token: "dead", life: life)).lease == .granted)
        clock.advance(by: .milliseconds(9999))
        #expect(try await store.read("k", claim: SharedClaim(token: "next", life: life)).lease == .held)
        clock.advance(by: .milliseconds(1))
        let reading = try await store.read("k", claim: SharedClaim(token: "next", life: life))
        #expect(reading.lease == .granted)
        let entry = SharedEntry(payload: [1], tags: [], stamp: reading.stamp, life: .seconds(1))
        #expect(try await store.write(entry, for: "k", releasing: "next"))
        clock.advance(by: .seconds(1))
        #expect(try await store.read("k", claim: nil).entry == nil)
    }

    @Test("says when it has forgotten invalidations, and refuses what is older")
    func forgetting() async throws {
        let store = LocalSharedCache(clock: .standing(), mostTags: 10)
        let start = try await store.changes(since: nil).stamp
        for number in 0..<30 { _ = try await store.invalidate([CacheTag("t\(number)")]) }
        #expect(try await store.changes(since: start).isComplete == false)
        let entry = SharedEntry(payload: [1], tags: ["t0"], stamp: start, life: .seconds(1))
        #expect(try await store.write(entry, for: "k", releasing: nil) == false)
    }
}

@Suite("Frame of a shared value")
struct SharedFrameTests {
    private func frame(_ body: [UInt8], _ validator: String? = nil) -> SharedFrame {
        SharedFrame(codecVersion: 7, costMicroseconds: 1234, keep: 60_000, validator: validator, body: body)
    }

    @Test("comes back as it was", arguments: [0, 1, 1023, 1024, 5000], [nil, "", "\"tag\""] as [String?])
    func round(size: Int, validator: String?) {
        let frame = frame((0..<size).map { UInt8($0 / 100 & 255) }, validator)
        #expect(SharedFrame(frame.bytes) == frame)
    }

    @Test("is compressed from a kibibyte on, unless that makes it larger")
    func compression() {
        var numbers = SeededNumbers(3)
        let noise = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        #expect(frame([UInt8](repeating: 65, count: 1023)).bytes.count == 22 + 1023)
        #expect(frame([UInt8](repeating: 65, count: 1024)).bytes.count < 100)
        #expect(frame(noise).bytes.count == 22 + 4096)
        #expect(SharedFrame(frame(noise).bytes)?.body == noise)
    }

    @Test("is nothing when its bytes are cut, of another version or damaged")
    func damage() {
        let bytes = frame([UInt8](repeating: 65, count: 2000), "v").bytes
        for length in 0..<bytes.count { #expect(SharedFrame(Array(bytes.prefix(length))) == nil) }
        var other = bytes
        other[0] = 2
        #expect(SharedFrame(other) == nil)
        var numbers = SeededNumbers(9)
        for _ in 0..<2000 {
            var broken = bytes
            broken[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
            _ = SharedFrame(broken)
        }
    }

    @Test("of a notice comes back as it was, and nothing else does")
    func notice() {
        let notice = CacheNotice(tags: ["a", "bag:42", .key("ü", in: "c")], isSharedTold: false)
        #expect(CacheNotice(notice.bytes) == notice)
        for length in [0, 1, 3, notice.bytes.count - 1] {
            #expect(CacheNotice(Array(notice.bytes.prefix(length))) == nil)
        }
        let names = Set((0..<3).map { InvalidationName(node: .max - 7, number: $0) })
        let named = CacheNotice(tags: ["a", "b"], names: names)
        #expect(CacheNotice(named.bytes) == named)
        for length in [0, 2, 3, 18, 19, 50, named.bytes.count - 1] {
            #expect(CacheNotice(Array(named.bytes.prefix(length))) == nil)
        }
        let many = Set((0..<20_000).map { CacheTag("tag-number-\($0)") })
        let parts = CacheNotice.several(many, isSharedTold: true)
        #expect(parts.count > 5 && parts.allSatisfy { $0.bytes.count <= 65_536 })
        #expect(parts.reduce(into: Set<CacheTag>()) { $0.formUnion($1.tags) } == many)
        // Who hears one part has not heard the invalidation.
        #expect(CacheNotice.several(many, isSharedTold: true, names: names).allSatisfy { $0.names.isEmpty })
        #expect(CacheNotice.several(["a", "b"], isSharedTold: true, names: names) == [named])
    }
}

@Suite("Two tiers", .timeLimit(.minutes(2)))
struct TwoTierTests {
    private let store = FaultyStore(LocalSharedCache(clock: .standing()))
    private let source = Source()

    private func read(_ cache: Cache<String, String>, _ key: String = "k") async throws -> String {
        let source = source
        let value = try await cache.value(for: key) { load in
            load.tags = ["rows"]
            return try await source.load(key)
        }
        await until { cache.statistics.loading == 0 }
        return value
    }

    /// Waits until what was loaded is in tier 2.
    private func shared(_ cache: Cache<String, String>, _ count: Int) async {
        await until { cache.statistics.sharedWrites >= count }
    }

    @Test("a second node finds what the first has loaded")
    func sharing() async throws {
        let (one, two) = (TestNode(shared: store), TestNode(shared: store))
        let first = one.cache(exact())
        #expect(try await read(first) == "k=0")
        await shared(first, 1)
        let second = two.cache(exact())
        #expect(try await read(second) == "k=0")
        #expect(source.loads.value == 1 && second.statistics.sharedHits == 1)
        #expect(second.stored(for: "k")?.tags == ["rows"])
    }

    @Test("three nodes run one load between them")
    func nodes() async throws {
        let gate = Gate()
        let nodes = (0..<3).map { _ in TestNode(shared: store) }
        let caches = nodes.map { $0.cache(exact()) }
        let source = source
        let tasks = caches.map { cache in
            Task {
                try await cache.value(for: "k") { _ in
                    await gate.pass()
                    return try await source.load("k")
                }
            }
        }
        await until { gate.arrived == 1 && nodes.count { $0.timer.waiting >= 1 } >= 2 }
        gate.open()
        await until { caches.contains { $0.statistics.sharedWrites == 1 } }
        await until {
            for node in nodes { node.timer.advance(by: .milliseconds(100)) }
            return caches.allSatisfy { $0.statistics.loading == 0 }
        }
        for task in tasks { #expect(try await task.value == "k=0") }
        #expect(source.loads.value == 1 && gate.arrived == 1)
    }

    @Test("a node whose load fails gives its lease back at once")
    func leaseOnFailure() async throws {
        let node = TestNode(shared: store)
        let cache = node.cache(exact())
        source.isDown = true
        await #expect(throws: Trouble.self) { try await read(cache) }
        await until { store.callCount == 2 }
        #expect(try await store.read("test:k", claim: SharedClaim(token: "t", life: .seconds(1))).lease == .granted)
    }

    @Test("a value in another form counts as absent")
    func versions() async throws {
        let node = TestNode(shared: store)
        _ = try await read(node.cache(exact()))
        let other = TestNode(shared: store)
        let codec = CacheCodec<String>(
            version: 2, encode: { Array($0.utf8) }, decode: { String(decoding: $0, as: UTF8.self) })
        let cache = Cache(exact(), in: other.registry, codec: codec) as Cache<String, String>
        #expect(try await read(cache) == "k=0")
        #expect(source.loads.value == 2)
    }

    @Test("nobody notices that tier 2 is away, and it is used again when it is back")
    func outage() async throws {
        let node = TestNode(shared: store)
        let cache = node.cache(exact())
        store.isDown = true
        for number in 0..<20 { #expect(try await read(cache, "\(number)") == "\(number)=0") }
        let calls = store.callCount
        #expect(calls < 15, "the breaker spares a store that fails")
        #expect(await node.registry.invalidate(["rows"]) == false)
        store.isDown = false
        node.clock.advance(by: .seconds(60))
        #expect(await node.registry.settle())
        _ = try await read(cache, "back")
        await shared(cache, 1)
        #expect(store.callCount > calls)
    }

    @Test("what was invalidated while tier 2 was away is not believed when it is back")
    func invalidationDuringOutage() async throws {
        let (one, two) = (TestNode(shared: store), TestNode(shared: store))
        let caches = [one.cache(exact()), two.cache(exact())]
        _ = try await read(caches[0])
        await shared(caches[0], 1)
        source.write("k")
        store.isDown = true
        #expect(await one.registry.invalidate(["rows"]) == false)
        store.isDown = false
        one.clock.advance(by: .seconds(60))
        #expect(try await read(caches[0]) == "k=1", "tier 2 still has the old one")
        #expect(await one.registry.settle())
        #expect(try await read(caches[1]) == "k=1")
    }

    @Test("a change that commits while tier 2 is told of an earlier one is not taken as told")
    func changeWhileTelling() async throws {
        let word = Gate()
        let (one, two) = (TestNode(shared: FaultyStore(store.inner, word: word)), TestNode(shared: store))
        let caches = [one.cache(exact()), two.cache(exact())]
        let telling = Task { await one.registry.invalidate(["rows"]) }
        await until { word.arrived == 1 }
        _ = try await read(caches[1])
        await shared(caches[1], 1)
        source.write("k")
        one.registry.invalidateHere(["rows"])
        word.open()
        #expect(await telling.value)
        #expect(try await read(caches[0]) == "k=1", "tier 2 has the one from between the two changes")
        #expect(await one.registry.settle())
        #expect(try await read(TestNode(shared: store).cache(exact())) == "k=1")
    }

    @Test("a value that tier 2 gave before it was told of a change is not believed when it arrives after")
    func valueOvertaken() async throws {
        let finding = Gate()
        let one = TestNode(shared: FaultyStore(store.inner, finding: finding))
        let (here, there) = (one.cache(exact()), TestNode(shared: store).cache(exact()))
        _ = try await read(there)
        await shared(there, 1)
        source.write("k")
        one.registry.invalidateHere(["rows"])
        let source = source
        let reading = Task {
            try await here.value(for: "k") { load in
                load.tags = ["rows"]
                return try await source.load("k")
            }
        }
        await until { finding.arrived == 1 }
        #expect(await one.registry.invalidate(["rows"]))
        finding.open()
        #expect(try await reading.value == "k=1")
    }

    @Test("a hanging tier 2 costs the hard timeout, or the soft one where something stale is there")
    func slowness() async throws {
        let hanging = FaultyStore(store.inner, hang: Gate())
        let node = TestNode(shared: hanging)
        var policy = exact()
        policy.staleIfError = .hours(1)
        policy.softTimeout = nil
        let cache = node.cache(policy)
        let source = source
        let cold = Task { try await cache.value(for: "k") { _ in try await source.load("k") } }
        await until { node.timer.waiting == 1 }
        node.timer.advance(by: .milliseconds(499))
        #expect(source.loads.value == 0)
        node.timer.advance(by: .milliseconds(1))
        #expect(try await cold.value == "k=0")
        await until { cache.statistics.loading == 0 }
        node.clock.advance(by: .seconds(11))
        let warm = Task { try await cache.value(for: "k") { _ in try await source.load("k") } }
        await until { node.timer.waiting == 1 }
        node.timer.advance(by: .milliseconds(50))
        #expect(try await warm.value == "k=0")
        #expect(source.loads.value == 2)
        hanging.hang?.open()
    }
}
