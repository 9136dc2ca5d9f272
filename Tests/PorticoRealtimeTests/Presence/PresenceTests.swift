import Glibc
import PorticoRealtime
import PorticoRedis
import PorticoValues
import Synchronization
import Testing

@Suite("Presence", .timeLimit(.minutes(1))) struct PresenceTests {
    static let server = getenv("PORTICO_TEST_REDIS").map { String(cString: $0) }

    private let asha = PresentMember(id: "1", name: "Asha")
    private let ravi = PresentMember(id: "2", name: "Ravi")
    private let clock = Clock(standingAt: Instant(seconds: 1_790_000_000))

    /// A store that does not answer.
    private struct Away: PresenceStore {
        struct Refused: Error {}
        func see(_ member: PresentMember, at place: String, for span: Span) async throws -> [PresentMember] {
            throw Refused()
        }
        func members(at place: String) async throws -> [PresentMember] { throw Refused() }
        func leave(_ id: String, _ place: String) async throws { throw Refused() }
    }

    @Test("tells the others at a place, and nobody of another")
    func tellsOthers() async {
        let presence = Presence(clock: clock)
        #expect(await presence.see(asha, at: "bill:1").isEmpty)
        #expect(await presence.see(ravi, at: "bill:1") == [asha])
        #expect(await presence.see(ravi, at: "bill:2").isEmpty)
        #expect(await presence.members(at: "bill:1") == [asha, ravi])
        await presence.leave("1", "bill:1")
        #expect(await presence.members(at: "bill:1") == [ravi])
    }

    @Test("whoever is not seen again is gone when the time is over")
    func forgets() async {
        let presence = Presence(clock: clock, span: .seconds(90))
        _ = await presence.see(asha, at: "gate")
        clock.advance(by: .seconds(60))
        _ = await presence.see(ravi, at: "gate")
        clock.advance(by: .seconds(30))
        #expect(await presence.members(at: "gate") == [ravi])
        #expect(await presence.see(asha, at: "gate") == [ravi])
    }

    @Test("a node tells of its own people while the shared store is away")
    func standsAlone() async {
        let presence = Presence(clock: clock, shared: Away())
        _ = await presence.see(asha, at: "gate")
        #expect(await presence.see(ravi, at: "gate") == [asha])
        await presence.leave("1", "gate")
        #expect(await presence.members(at: "gate") == [ravi])
    }

    /// A store that counts what it is asked.
    private final class Counting: PresenceStore {
        let asked = Mutex(0)

        func see(_ member: PresentMember, at place: String, for span: Span) async throws -> [PresentMember] {
            asked.withLock { $0 += 1 }
            return [member]
        }
        func members(at place: String) async throws -> [PresentMember] { [] }
        func leave(_ id: String, _ place: String) async throws {}
    }

    @Test("signs of life keep somebody present, and ask the store once in a third of the time")
    func renews() async {
        let store = Counting()
        let presence = Presence(clock: clock, shared: store, span: .seconds(90))
        for _ in 0..<12 {
            for _ in 0..<5 { await presence.renew(asha, at: "work") }
            clock.advance(by: .seconds(15))
        }
        #expect(store.asked.withLock { $0 } == 6)
        let alone = Presence(clock: clock, span: .seconds(90))
        for _ in 0..<12 {
            await alone.renew(asha, at: "work")
            clock.advance(by: .seconds(15))
        }
        #expect(await alone.members(at: "work") == [asha])
        clock.advance(by: .seconds(90))
        #expect(await alone.members(at: "work").isEmpty)
    }

    @Test("a clock that goes back keeps nobody from being noted again")
    func clockGoesBack() async {
        let store = Counting()
        let presence = Presence(clock: clock, shared: store, span: .seconds(90))
        await presence.renew(asha, at: "work")
        clock.advance(by: .seconds(-3600))
        await presence.renew(asha, at: "work")
        #expect(store.asked.withLock { $0 } == 2)
        await presence.renew(asha, at: "work")
        #expect(store.asked.withLock { $0 } == 2)
    }

    @Test(
        "nodes that share a Redis tell of each other's people, and of those of a node that died no longer than the time",
        .enabled(if: server != nil, "PORTICO_TEST_REDIS names no server"))
    func redis() async throws {
        let client = try RedisClient(RedisClient.Configuration(url: PresenceTests.server ?? ""))
        let prefix = "presence-\(randomBytes(6).hexadecimal)"
        let store = RedisPresence(client, prefix: prefix)
        let here = Presence(clock: clock, shared: store, span: .minutes(5))
        let there = Presence(clock: clock, shared: RedisPresence(client, prefix: prefix), span: .minutes(5))
        _ = await here.see(asha, at: "lorry")
        #expect(await there.see(ravi, at: "lorry") == [asha])
        _ = await there.see(PresentMember(id: "2", name: "Ravi K."), at: "lorry")
        #expect(await here.members(at: "lorry").map(\.name) == ["Asha", "Ravi K."], "one name for one person")
        await here.leave("1", "lorry")
        #expect(await there.members(at: "lorry").map(\.id) == ["2"])

        // A node that dies says nothing more: its people go by the server's clock.
        _ = try await store.see(asha, at: "dock", for: .milliseconds(1))
        var left = try await store.members(at: "dock")
        while !left.isEmpty { left = try await store.members(at: "dock") }
        await client.shutdown()
    }
}
