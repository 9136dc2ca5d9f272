import PorticoCache
import PorticoValues
import Testing

/// Where values live and how nodes hear of each other.
enum Topology: String, CaseIterable, Sendable {
    case localOnly, sharedOnly, both, bothWithBackplane

    var hasShared: Bool { self != .localOnly }
    var hasLocal: Bool { self != .sharedOnly }
    var hasBackplane: Bool { self == .bothWithBackplane }
}

/// Tier 2 whose writes take a while, so that whoever does not wait for them meets their leases.
struct LingeringStore: SharedCacheStore {
    let inner: LocalSharedCache

    init(_ inner: LocalSharedCache) { self.inner = inner }

    func read(_ key: String, claim: SharedClaim?) async throws -> SharedReading {
        try await inner.read(key, claim: claim)
    }

    func write(_ entry: SharedEntry, for key: String, releasing token: String?) async throws -> Bool {
        for _ in 0..<100 { await Task.yield() }
        return try await inner.write(entry, for: key, releasing: token)
    }

    func release(_ key: String, token: String) async throws { try await inner.release(key, token: token) }

    func invalidate(_ tags: Set<CacheTag>) async throws -> Int64 { try await inner.invalidate(tags) }

    func changes(since stamp: Int64?) async throws -> SharedChanges { try await inner.changes(since: stamp) }
}

/// Nodes of one topology over one source; a node can be started again.
final class House {
    let topology: Topology
    let source = Source()
    let store = LingeringStore(LocalSharedCache(clock: .standing()))
    let exchange: TestExchange
    var nodes: [TestNode] = []
    var caches: [Cache<String, String>] = []
    private var sets: [Int]

    init(_ topology: Topology, nodes count: Int) async {
        self.topology = topology
        exchange = TestExchange(nodes: count)
        sets = Array(repeating: 0, count: count)
        for number in 0..<count {
            let node = node(number)
            nodes.append(node)
            caches.append(node.cache(policy))
            await node.registry.hear(.gap)
        }
    }

    private var policy: CachePolicy {
        var policy = exact("house", ttl: .hours(1))
        policy.tags = ["house"]
        if !topology.hasLocal { policy.capacity = .none }
        return policy
    }

    private func node(_ number: Int) -> TestNode {
        TestNode(
            shared: topology.hasShared ? store : nil, backplane: topology.hasBackplane ? exchange.port(number) : nil)
    }

    func restart(_ number: Int) async {
        nodes[number] = node(number)
        caches[number] = nodes[number].cache(policy)
        sets[number] = 0
        await nodes[number].registry.hear(.gap)
    }

    func set(_ value: String, for key: String, on number: Int) async {
        await caches[number].set(value, for: key)
        sets[number] += 1
    }

    func read(_ key: String, on number: Int) async throws -> String {
        let (source, cache) = (source, caches[number])
        let value = try await cache.value(for: key) { load in
            load.tags = [CacheTag("row:\(key)")]
            return try await source.load(key)
        }
        await until { cache.statistics.loading == 0 }
        // What was loaded is on its way to tier 2 behind the answer, and its lease is held until it is there.
        if topology.hasShared {
            let sets = sets[number]
            await until {
                let statistics = cache.statistics
                return statistics.sharedWrites + statistics.refusedSharedWrites >= statistics.loads + sets
            }
        }
        return value
    }

    /// Lets every node hear what the others have said.
    func deliver() async {
        for (number, node) in nodes.enumerated() {
            await exchange.deliver(to: number, node.registry)
            if topology.hasShared { await node.registry.settle() }
        }
    }
}

@Suite("Every topology", .timeLimit(.minutes(2)))
struct TopologyTests {
    @Test("loads once and then serves", arguments: Topology.allCases)
    func serve(topology: Topology) async throws {
        let house = await House(topology, nodes: 1)
        for _ in 0..<5 { #expect(try await house.read("a", on: 0) == "a=0") }
        #expect(house.source.loads.value == 1)
    }

    @Test(
        "shows a tag's invalidation to its own node at once, and to the others when they hear",
        arguments: Topology.allCases)
    func tags(topology: Topology) async throws {
        let house = await House(topology, nodes: topology.hasShared ? 2 : 1)
        for number in house.nodes.indices {
            for key in ["a", "b"] { _ = try await house.read(key, on: number) }
        }
        let loads = house.source.loads.value
        house.source.write("a")
        await house.nodes[0].registry.invalidate(["row:a"])
        #expect(try await house.read("a", on: 0) == "a=1")
        await house.deliver()
        for number in house.nodes.indices {
            #expect(try await house.read("a", on: number) == "a=1")
            #expect(try await house.read("b", on: number) == "b=0")
        }
        #expect(house.source.loads.value == loads + 1, "only what was invalidated is loaded again")
    }

    @Test("clears, removes and sets on all nodes", arguments: Topology.allCases)
    func writes(topology: Topology) async throws {
        let house = await House(topology, nodes: topology.hasShared ? 2 : 1)
        func everywhere(_ key: String) async throws -> Set<String> {
            await house.deliver()
            var values: Set<String> = []
            for number in house.nodes.indices { values.insert(try await house.read(key, on: number)) }
            return values
        }
        #expect(try await everywhere("a") == ["a=0"])
        house.source.write("a")
        await house.caches[0].remove("a")
        #expect(try await everywhere("a") == ["a=1"])
        house.source.write("a")
        await house.set("a=2", for: "a", on: 0)
        #expect(try await everywhere("a") == ["a=2"])
        house.source.write("a")
        await house.caches[0].clear()
        #expect(try await everywhere("a") == ["a=3"])
        house.source.write("a")
        await house.nodes[0].registry.clear()
        #expect(try await everywhere("a") == ["a=4"])
        house.source.write("a")
        await house.nodes[0].registry.invalidate(["house"])
        #expect(try await everywhere("a") == ["a=5"])
    }

    @Test("knows after a restart what was invalidated before it", arguments: Topology.allCases)
    func restart(topology: Topology) async throws {
        let house = await House(topology, nodes: 1)
        _ = try await house.read("a", on: 0)
        house.source.write("a")
        await house.nodes[0].registry.invalidate(["row:a"])
        await house.restart(0)
        #expect(try await house.read("a", on: 0) == "a=1")
        _ = try await house.read("b", on: 0)
        await house.restart(0)
        let loads = house.source.loads.value
        #expect(try await house.read("b", on: 0) == "b=0")
        #expect(house.source.loads.value == loads + (topology.hasShared ? 0 : 1))
        await house.caches[0].clear()
        await house.restart(0)
        house.source.write("b")
        #expect(try await house.read("b", on: 0) == "b=1")
    }

    @Test(
        "does not let a slow load of one node put back what another has invalidated",
        arguments: [Topology.both, .sharedOnly, .bothWithBackplane])
    func slowLoad(topology: Topology) async throws {
        let house = await House(topology, nodes: 2)
        let gate = Gate()
        let (source, cache) = (house.source, house.caches[0])
        let slow = Task {
            try await cache.value(for: "a") { load in
                load.tags = ["row:a"]
                let value = try await source.load("a")
                await gate.pass()
                return value
            }
        }
        await until { gate.arrived == 1 }
        source.write("a")
        await house.nodes[1].registry.invalidate(["row:a"])
        gate.open()
        #expect(try await slow.value == "a=0")
        await until { cache.statistics.refusedSharedWrites == 1 }
        await house.deliver()
        for number in 0..<2 { #expect(try await house.read("a", on: number) == "a=1") }
    }
}
