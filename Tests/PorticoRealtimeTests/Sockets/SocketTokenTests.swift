import PorticoEvents
import PorticoHTTP
import PorticoJSON
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

/// What becomes of a socket when the token that it was opened with is over.
@Suite(.timeLimit(.minutes(10))) struct SocketTokenTests {
    /// The tokens of a test: which one the client has, and which are good.
    private final class Wallet: Sendable {
        private let state = Mutex((held: "one", good: Set(["one", "two"])))

        var isGood: Bool { state.withLock { $0.good.contains($0.held) } }
        func expire(_ token: String) { state.withLock { _ = $0.good.remove(token) } }

        func renew(_ token: String) -> Bool {
            state.withLock { state in
                guard state.good.contains(token) else { return false }
                state.held = token
                return true
            }
        }
    }

    private func open(
        _ hub: TopicHub, _ wallet: Wallet, grace: Span = .seconds(30), pages: @escaping EventStream.Pages = { _ in nil }
    ) throws -> TestLink {
        var limits = TopicSockets.Limits()
        limits.recheck = .milliseconds(0)
        limits.grace = grace
        return try openLink(
            TopicSockets(hub: hub, limits: limits, pages: pages).response(
                to: handshakeHead(), user: "1", authorise: { $0 },
                standing: { wallet.isGood ? .allowed : .over }, renew: { wallet.renew($0) ? .allowed : .over }))
    }

    private func ids(_ told: [JSONValue]) -> [String] { told.compactMap { $0["id"]?.string } }

    @Test("it asks for another, tells nothing meanwhile, and then all that waited")
    func renews() async throws {
        let (hub, wallet) = (testHub(), Wallet())
        let link = try open(hub, wallet)
        #expect(await link.ask(["type": "subscribe", "topic": "a", "ref": "s"])["type"] == "subscribed")
        hub.publish([event(1, "a")])
        _ = await link.told { ids($0) == ["1"] }
        wallet.expire("one")
        hub.publish([event(2, "a")])
        let asked = await link.told { $0.contains { $0["type"] == "token_needed" } }
        #expect(asked.last == ["type": "token_needed", "within": 30])
        hub.publish([event(3, "a")])
        let refused = await link.ask(["type": "subscribe", "topic": "b", "ref": "b"])
        #expect(refused["code"] == "not_signed_in")
        #expect(await link.ask(["type": "call", "name": "x", "ref": "c"])["code"] == "not_signed_in")
        let wrong = await link.ask(["type": "authenticate", "token": "three", "ref": "w"])
        #expect(wrong == ["type": "refused", "code": "token_refused", "ref": "w"])
        #expect(ids(TestLink.texts(link.frames)) == ["1"])
        #expect(await link.ask(["type": "authenticate", "token": "two", "ref": "t"])["type"] == "authenticated")
        let told = await link.told { ids($0).count >= 3 }
        #expect(ids(told) == ["1", "2", "3"])
        #expect(told.filter { $0["type"] == "token_needed" }.count == 1)
        #expect(hub.hasSubscribers(of: ["a"]))
    }

    @Test("a token counts at once also while a client is told what it missed")
    func renewsHalfway() async throws {
        let wallet = Wallet()
        let link = try open(testHub(), wallet) { request in
            // It is over by the time at which the second page is to be told.
            if !request.isFirst { wallet.expire("one") }
            let last = request.position.id + 2
            return ReplayPage(
                messages: [event(last - 1, "a"), event(last, "a")], through: EventPosition(id: last),
                isLast: last == 6)
        }
        link.say(["type": "subscribe", "topic": "a", "last_id": "0", "ref": "s"])
        let asked = await link.told { $0.contains { $0["type"] == "token_needed" } }
        #expect(ids(asked) == ["1", "2"])
        link.say(["type": "authenticate", "token": "two", "ref": "t"])
        let told = await link.told { ids($0).count >= 6 }
        #expect(ids(told) == ["1", "2", "3", "4", "5", "6"])
        #expect(told.contains(["type": "authenticated", "ref": "t"]))
    }

    @Test("a token that comes in time interrupts nothing")
    func inTime() async throws {
        let (hub, wallet) = (testHub(), Wallet())
        let link = try open(hub, wallet)
        _ = await link.ask(["type": "subscribe", "topic": "a", "ref": "s"])
        _ = await link.ask(["type": "authenticate", "token": "two", "ref": "t"])
        wallet.expire("one")
        hub.publish([event(1, "a")])
        let told = await link.told { ids($0) == ["1"] }
        #expect(!told.contains { $0["type"] == "token_needed" })
    }

    @Test("it ends when none has come in time, and idle ones are looked at as well")
    func ends() async throws {
        let (hub, wallet) = (testHub(), Wallet())
        let link = try open(hub, wallet, grace: .milliseconds(0))
        wallet.expire("one")
        for _ in 0..<12 {
            // A sign of life, and five seconds.
            link.send(ClientFrame.bytes(10, []))
            link.socket.tick()
        }
        _ = await link.told { $0.contains { $0["type"] == "token_needed" } }
        link.socket.tick()
        #expect(await link.frames { $0.last?.opcode == 8 }.last?.code == 1008)
    }

    @Test("who came with something else is not asked for a token")
    func cookies() async throws {
        let hub = testHub()
        let link = try openLink(
            TopicSockets(hub: hub).response(to: handshakeHead(), user: "1", authorise: { $0 }))
        let answer = await link.ask(["type": "authenticate", "token": "x", "ref": "1"])
        #expect(answer == ["type": "refused", "code": "token_not_expected", "ref": "1"])
    }
}
