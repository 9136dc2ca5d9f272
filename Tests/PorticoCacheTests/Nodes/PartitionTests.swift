import PorticoCache
import PorticoValues
import Testing

@Suite("Partitions", .timeLimit(.minutes(5)))
struct PartitionTests {
    /// Three nodes with a store and a backplane of which each can be cut off, written to and read on all of them.
    private final class Field {
        let source = Source()
        let clock = CacheClock.standing()
        let inner: LocalSharedCache
        let exchange = TestExchange(nodes: 3)
        let stores: [FaultyStore]
        let nodes: [TestNode]
        let caches: [Cache<String, String>]
        let keys = (0..<6).map { "k\($0)" }

        init() async {
            let inner = LocalSharedCache(clock: clock)
            let exchange = exchange
            self.inner = inner
            let stores = (0..<3).map { _ in FaultyStore(inner) }
            self.stores = stores
            nodes = (0..<3).map { number in
                TestNode(shared: stores[number], backplane: exchange.port(number), isPatient: false)
            }
            var policy = exact("field", ttl: .hours(10))
            policy.lease = .milliseconds(200)
            caches = nodes.map { $0.cache(policy) }
            for node in nodes { await node.registry.hear(.gap) }
        }

        func read(_ key: String, on number: Int) async throws -> String {
            let (source, cache) = (source, caches[number])
            let value = try await cache.value(for: key) { load in
                load.tags = [CacheTag("row:\(key)"), "rows"]
                return try await source.load(key)
            }
            await until { cache.statistics.loading == 0 }
            return value
        }

        func step(_ numbers: inout SeededNumbers) async throws {
            let node = Int.random(in: 0..<3, using: &numbers)
            let key = keys[Int.random(in: 0..<keys.count, using: &numbers)]
            switch Int.random(in: 0..<20, using: &numbers) {
            case 0: stores[node].isDown.toggle()
            case 1: for store in stores { store.isDown = true }
            case 2: exchange.setCut(Bool.random(using: &numbers), node)
            case 3: await nodes[node].registry.settle()
            case 4...5: await exchange.deliver(to: node, nodes[node].registry)
            case 6:
                nodes[node].clock.advance(by: .seconds(2))
                clock.advance(by: .seconds(2))
            case 7: await caches[node].clear()
            case 8...11:
                source.write(key)
                await nodes[node].registry.invalidate(["row:\(key)"])
                // Whoever wrote reads what it wrote, whatever is cut off.
                #expect(try await read(key, on: node) == source.text(key))
            case 12:
                source.write(key)
                await caches[node].set(source.text(key), for: key) { load in
                    load.tags = [CacheTag("row:\(key)"), "rows"]
                }
            default: _ = try await read(key, on: node)
            }
        }

        func heal() async {
            for number in 0..<3 {
                stores[number].isDown = false
                exchange.setCut(false, number)
                nodes[number].clock.advance(by: .minutes(1))
            }
            // Notices that could not be sent may cause further ones.
            for _ in 0..<4 {
                for number in 0..<3 {
                    await exchange.deliver(to: number, nodes[number].registry)
                    await nodes[number].registry.settle()
                }
            }
        }
    }

    @Test("heal: all nodes read what was last written", arguments: 0..<24 as Range<UInt64>)
    func convergence(seed: UInt64) async throws {
        var numbers = SeededNumbers(seed)
        let field = await Field()
        for _ in 0..<4 {
            for _ in 0..<80 { try await field.step(&numbers) }
            await field.heal()
            for number in 0..<3 {
                #expect(await field.nodes[number].registry.settle())
                for key in field.keys {
                    #expect(try await field.read(key, on: number) == field.source.text(key), "node \(number)")
                }
            }
        }
    }

    @Test("lose nothing that had to wait, however much it was")
    func overflow() async throws {
        var configuration = CacheRegistry.Configuration()
        let store = FaultyStore(LocalSharedCache(clock: .standing()))
        configuration.clock = .standing()
        configuration.shared = store
        configuration.bounds.mostUntold = 5
        let registry = CacheRegistry(configuration)
        let cache = Cache<String, String>(exact(), in: registry, codec: .text)
        _ = try await cache.value(for: "k") { load in
            load.tags = ["t3"]
            return "old"
        }
        await until { cache.statistics.sharedWrites == 1 }
        store.isDown = true
        for number in 0..<20 { await registry.invalidate([CacheTag("t\(number)")]) }
        store.isDown = false
        configuration.clock.advance(by: .minutes(1))
        #expect(await registry.settle())
        #expect(try await store.read("test:k", claim: nil).entry == nil)
    }
}
