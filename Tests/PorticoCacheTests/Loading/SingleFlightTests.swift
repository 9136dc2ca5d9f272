import PorticoCache
import PorticoValues
import Testing

@Suite("Single flight", .timeLimit(.minutes(2)))
struct SingleFlightTests {
    private let node = TestNode()

    @Test("loads a cold key once for any number of callers", arguments: [1000, 10_000])
    func coldKey(callers: Int) async throws {
        let cache = node.cache(exact())
        let loads = Tally()
        let gate = Gate()
        let sum = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<callers {
                group.addTask {
                    try await cache.value(for: "k") { _ in
                        loads.next()
                        await gate.pass()
                        return "v"
                    }
                }
            }
            await until { cache.statistics.coalescedWaits == callers - 1 }
            gate.open()
            return try await group.reduce(into: 0) { count, value in count += value == "v" ? 1 : 0 }
        }
        #expect(sum == callers)
        #expect(loads.value == 1)
        #expect(cache.statistics.loads == 1 && cache.statistics.loading == 0)
        #expect(cache.value(for: "k") == "v")
    }

    @Test("loads different keys side by side")
    func keys() async throws {
        let cache = node.cache(exact())
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let value = try await cache.value(for: "\(number)") { _ in
                        await gate.pass()
                        return "v\(number)"
                    }
                    #expect(value == "v\(number)")
                }
            }
            await until { gate.arrived == 50 }
            gate.open()
            try await group.waitForAll()
        }
    }

    @Test("lets one caller leave without disturbing the others or the load")
    func cancellation() async throws {
        let cache = node.cache(exact())
        let gate = Gate()
        let load: Cache<String, String>.Loader = { _ in
            await gate.pass()
            return "v"
        }
        let first = Task { try await cache.value(for: "k", load) }
        await until { gate.arrived == 1 }
        let second = Task { try await cache.value(for: "k", load) }
        await until { cache.statistics.coalescedWaits == 1 }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        gate.open()
        #expect(try await second.value == "v")
        #expect(gate.arrived == 1)
        #expect(cache.value(for: "k") == "v")
    }

    @Test("gives the loader's error to everybody who waits, and loads again for the next")
    func failure() async throws {
        let cache = node.cache(exact())
        let source = Source()
        source.isDown = true
        await #expect(throws: Trouble.self) { try await cache.value(for: "k") { _ in try await source.load("k") } }
        source.isDown = false
        #expect(try await cache.value(for: "k") { _ in try await source.load("k") } == "k=0")
        #expect(cache.statistics.loadFailures == 1 && cache.statistics.loads == 1)
    }

    @Test("stores nothing that was invalidated while it was loaded, and gives newer callers a newer value")
    func invalidatedMeanwhile() async throws {
        let cache = node.cache(exact())
        let (gate, loads) = (Gate(), Tally())
        let load: Cache<String, String>.Loader = { load in
            load.tags = ["rows"]
            let value = "v\(loads.next())"
            if value == "v1" { await gate.pass() }
            return value
        }
        let early = Task { try await cache.value(for: "k", load) }
        await until { gate.arrived == 1 }
        await node.registry.invalidate(["rows"])
        let late = Task { try await cache.value(for: "k", load) }
        await until { cache.statistics.coalescedWaits == 1 }
        gate.open()
        #expect(try await early.value == "v1")
        #expect(try await late.value == "v2")
        #expect(cache.value(for: "k") == "v2")
        #expect(cache.statistics.refusedStores == 1)
    }

    @Test("does not let a load bring back what was removed or replaced meanwhile", arguments: [true, false])
    func replacedMeanwhile(isRemoval: Bool) async throws {
        let cache = node.cache(exact())
        let gate = Gate()
        let load = Task {
            try await cache.value(for: "k") { _ in
                await gate.pass()
                return "old"
            }
        }
        await until { gate.arrived == 1 }
        if isRemoval { await cache.remove("k") } else { await cache.set("new", for: "k") }
        gate.open()
        #expect(try await load.value == "old")
        #expect(cache.value(for: "k") == (isRemoval ? nil : "new"))
    }

    @Test("answers from the source when a key is invalidated during every load")
    func restless() async throws {
        let cache = node.cache(exact())
        let registry = node.registry
        let outer = Task {
            try await cache.value(for: "k") { load in
                load.tags = ["rows"]
                await registry.invalidate(["rows"])
                return "v"
            }
        }
        #expect(try await outer.value == "v")
        #expect(cache.value(for: "k") == nil)
    }
}
