import Testing

@testable import PorticoCache

@Suite("Named invalidations", .timeLimit(.minutes(2)))
struct InvalidationNameTests {
    /// How often a node has outdated the tag `t`.
    private func count(_ registry: CacheRegistry) -> Int {
        registry.tags.mostInvalidated(10).first { $0.tag == "t" }?.count ?? 0
    }

    @Test("are outdated once, however many tell of them")
    func once() async {
        let exchange = TestExchange(nodes: 3)
        let nodes = (0..<3).map { TestNode(shared: LocalSharedCache(clock: .standing()), backplane: exchange.port($0)) }
        let name = nodes[0].registry.newInvalidation()
        // The writer, then both others by the event: each tells the rest.
        nodes[0].registry.invalidateHere(["t"], as: [name])
        await nodes[0].registry.tell(["t"], as: [name])
        for node in nodes.dropFirst() { await node.registry.invalidate(["t"], as: [name]) }
        for (place, node) in nodes.enumerated() { await exchange.deliver(to: place, node.registry) }
        for node in nodes {
            #expect(count(node.registry) == 1)
            #expect(node.registry.hasHeard(name))
        }
    }

    @Test("of two nodes about the same tag both count")
    func others() async {
        let node = TestNode()
        let names = [TestNode(), TestNode()].map { $0.registry.newInvalidation() }
        for name in names + names { await node.registry.hear(.notice(CacheNotice(tags: ["t"], names: [name]))) }
        #expect(count(node.registry) == 2)
    }

    @Test("count wholly where only some of those in a notice are known")
    func partly() async {
        let (writer, node) = (TestNode(), TestNode())
        let names = (0..<2).map { _ in writer.registry.newInvalidation() }
        await node.registry.hear(.notice(CacheNotice(tags: ["t"], names: [names[0]])))
        await node.registry.hear(.notice(CacheNotice(tags: ["t", "u"], names: Set(names))))
        #expect(count(node.registry) == 2)
        #expect(names.allSatisfy(node.registry.hasHeard))
    }

    @Test("that tier 2 has not heard of reach it by whoever hears, known or not")
    func untold() async throws {
        let store = FaultyStore(LocalSharedCache(clock: .standing()))
        let (writer, node) = (TestNode(), TestNode(shared: store))
        let name = writer.registry.newInvalidation()
        let before = try await store.inner.changes(since: nil).stamp
        store.isDown = true
        await node.registry.hear(.notice(CacheNotice(tags: ["t"], isSharedTold: false, names: [name])))
        #expect(node.registry.hasHeard(name))
        #expect(node.registry.untold.shared == ["t"])
        store.isDown = false
        await node.registry.hear(.notice(CacheNotice(tags: ["t"], isSharedTold: false, names: [name])))
        #expect(node.registry.untold.isEmpty)
        #expect(try await store.inner.changes(since: before).tags.keys.contains("t"))
        #expect(count(node.registry) == 1)
    }

    @Test("are forgotten from the oldest on, and never repeat after a restart")
    func memory() {
        var heard = HeardInvalidations(most: 3)
        let names = (0..<8).map { InvalidationName(node: 1, number: $0) }
        for name in names + names.suffix(2) { heard.add(name) }
        #expect(heard.count == 3)
        #expect(names.filter(heard.contains) == Array(names.suffix(3)))
        let (before, after) = (CacheRegistry(), CacheRegistry())
        #expect(before.newInvalidation() != after.newInvalidation())
        #expect(before.newInvalidation() != before.newInvalidation())
    }

    @Test("come back from their text and bytes; other texts are no names")
    func texts() {
        for name in [InvalidationName(node: 0, number: 0), InvalidationName(node: .max, number: 0x1234)] {
            #expect(InvalidationName(name.description) == name)
            #expect(InvalidationName(bytes: name.bytes) == name)
        }
        for text in ["", "tags", ".", "1", "1.", ".1", "1.2.3", "01.2", "+1.2", "-1.2", "A.1", "10000000000000000.1"] {
            #expect(InvalidationName(text) == nil)
        }
    }
}
