import PorticoJSON
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

@Suite("News of who is where", .timeLimit(.minutes(10))) struct PresenceNewsTests {
    private let asha = PresentMember(id: "1", name: "Asha")
    private let ravi = PresentMember(id: "2", name: "Ravi")
    private let clock = Clock(standingAt: Instant(seconds: 1_790_000_000))
    private let topic = PresenceNews.topic(of: "desk")

    /// What several nodes have in common: the notes of each node by themselves.
    private final class Store: Sendable {
        let nodes = Mutex<[Int: LocalPresence]>([:])
        let clock: Clock

        init(_ clock: Clock) { self.clock = clock }

        func node(_ number: Int) -> LocalPresence {
            nodes.withLock { nodes in
                if let known = nodes[number] { return known }
                let new = LocalPresence(clock: clock)
                nodes[number] = new
                return new
            }
        }
    }

    private struct Shared: PresenceStore {
        let store: Store
        let number: Int

        func see(_ member: PresentMember, at place: String, for span: Span) async -> [PresentMember] {
            _ = store.node(number).note(member, at: place, for: span)
            return await members(at: place)
        }

        func members(at place: String) async -> [PresentMember] {
            let all = store.nodes.withLock { Array($0.values) }.flatMap { $0.present(at: place) }
            return Array(Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { $1 }).values)
        }

        func leave(_ id: String, _ place: String) async { store.node(number).remove(id, from: place) }
    }

    private func presence(_ store: Store? = nil, _ number: Int = 0) -> Presence {
        Presence(clock: clock, shared: store.map { Shared(store: $0, number: number) })
    }

    private func told(_ mailbox: TopicMailbox) -> [JSONValue] {
        mailbox.waiting().compactMap { try? JSONValue(parsing: Array($0.utf8)) }
    }

    private func names(_ message: JSONValue?, _ member: String) -> [String?] {
        message?[member]?.elements?.map { $0["name"]?.string } ?? []
    }

    @Test("those who watch a place are told who comes and who goes, once for what has changed")
    func joins() async throws {
        let (hub, presence) = (testHub(), presence())
        let news = PresenceNews(of: presence, over: hub)
        _ = await presence.see(asha, at: "desk")
        let mailbox = hub.subscribe([topic]).mailbox
        let first = await news.present([topic, "other"])
        #expect(first.count == 1 && first[0].event == "presence")
        #expect(names(try JSONValue(parsing: first[0].data), "members") == ["Asha"])
        await news.look()
        #expect(told(mailbox).isEmpty)

        _ = await presence.see(ravi, at: "desk")
        _ = await presence.see(ravi, at: "elsewhere")
        await news.look()
        await news.look()
        let came = told(mailbox)
        #expect(came.count == 1)
        #expect(names(came[0], "joined") == ["Ravi"] && names(came[0], "members") == ["Asha", "Ravi"])

        clock.advance(by: .seconds(60))
        _ = await presence.see(ravi, at: "desk")
        clock.advance(by: .seconds(40))
        await news.look()
        let went = told(mailbox)
        #expect(names(went.first, "left") == ["Asha"] && names(went.first, "members") == ["Ravi"])
    }

    @Test("places that nobody watches any more are not looked at")
    func forgets() async {
        let store = Store(clock)
        let (hub, presence) = (testHub(), presence(store))
        let news = PresenceNews(of: presence, over: hub)
        let mailbox = hub.subscribe([topic]).mailbox
        _ = await news.present([topic])
        hub.leave(mailbox)
        await news.look()
        _ = await presence.see(asha, at: "desk")
        let again = hub.subscribe([topic]).mailbox
        // Nothing is known of the place until somebody is told how it stands.
        await news.look()
        #expect(told(again).isEmpty)
    }

    @Test("who has several connections leaves with the last of them, and not while going from page to page")
    func seats() async {
        let presence = presence()
        var seats = [presence.seat(for: asha, at: ["desk"]), presence.seat(for: asha, at: ["desk"])]
        for seat in seats { await seat.renew() }
        seats.removeLast()
        clock.advance(by: .seconds(10))
        #expect(await presence.members(at: "desk") == [asha])
        seats.removeLast()
        #expect(await presence.members(at: "desk") == [asha], "for a moment")
        seats = [presence.seat(for: asha, at: ["desk"])]
        for seat in seats { await seat.renew() }
        clock.advance(by: .seconds(10))
        #expect(await presence.members(at: "desk") == [asha])
        seats.removeLast()
        clock.advance(by: presence.linger)
        #expect(await presence.members(at: "desk").isEmpty)
    }

    @Test("a connection that was refused brings nobody")
    func neverSeen() async {
        let presence = presence()
        _ = presence.seat(for: asha, at: ["desk"])
        #expect(await presence.members(at: "desk").isEmpty)
    }

    @Test("who leaves at one node stays while another sees them, and is told gone when that node has died")
    func nodes() async {
        let store = Store(clock)
        let (hub, here, there) = (testHub(), presence(store, 1), presence(store, 2))
        let news = PresenceNews(of: here, over: hub)
        let mailbox = hub.subscribe([topic]).mailbox
        _ = await news.present([topic])
        _ = await here.see(asha, at: "desk")
        _ = await there.see(asha, at: "desk")
        await here.leave("1", "desk")
        await news.look()
        #expect(names(told(mailbox).first, "joined") == ["Asha"])
        // The other node says nothing more.
        clock.advance(by: here.span)
        await news.look()
        #expect(names(told(mailbox).first, "left") == ["Asha"])
    }
}
