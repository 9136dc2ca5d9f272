import PorticoEvents
import PorticoHTTP
import PorticoJSON
import PorticoTelemetry
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

/// What becomes of a socket while nobody can tell whether its client is still allowed.
@Suite(.timeLimit(.minutes(10))) struct SocketStandingTests {
    /// Says how the client stands, and how a fresh token does.
    private final class Office: Sendable {
        private let state = Mutex((client: WatcherStanding.allowed, token: WatcherStanding.allowed))

        var client: WatcherStanding { state.withLock { $0.client } }
        var token: WatcherStanding { state.withLock { $0.token } }
        func say(_ client: WatcherStanding) { state.withLock { $0.client = client } }
        func say(ofToken token: WatcherStanding) { state.withLock { $0.token = token } }
    }

    private func open(
        _ hub: TopicHub, _ office: Office, patience: Span = .minutes(10), renew: TopicSockets.Renew? = nil
    ) throws -> TestLink {
        var limits = TopicSockets.Limits()
        limits.recheck = .milliseconds(0)
        limits.grace = .milliseconds(0)
        limits.patience = patience
        return try openLink(
            TopicSockets(hub: hub, limits: limits).response(
                to: handshakeHead(), user: "1", authorise: { $0 }, standing: { office.client }, renew: renew))
    }

    private func ids(_ frames: [ServerFrame]) -> [String] {
        TestLink.texts(frames).compactMap { $0["id"]?.string }
    }

    /// Lets five seconds pass after five seconds, with signs of life of the client, until that is enough.
    private func pass(_ link: TestLink, until isEnough: ([ServerFrame]) -> Bool) async -> [ServerFrame] {
        while !isEnough(link.frames), !Task.isCancelled {
            link.send(ClientFrame.bytes(10, []))
            link.socket.tick()
            await Task.yield()
            link.pump()
        }
        return link.frames
    }

    @Test("it is told nothing meanwhile, stays, and hears all that waited once somebody can tell")
    func waits() async throws {
        let (hub, office) = (testHub(), Office())
        let link = try open(hub, office)
        #expect(await link.ask(["type": "subscribe", "topic": "a", "ref": "s"])["type"] == "subscribed")
        hub.publish([event(1, "a")])
        _ = await link.frames { ids($0) == ["1"] }
        office.say(.unknown)
        hub.publish([event(2, "a")])
        let call = await link.ask(["type": "call", "name": "x", "ref": "c"])
        #expect(call["status"]?.int64 == 503 && call["code"] == "unavailable")
        let refused = await link.ask(["type": "subscribe", "topic": "b", "ref": "b"])
        #expect(refused == ["type": "refused", "topic": "b", "code": "unavailable", "ref": "b"])
        hub.publish([event(3, "a")])
        for _ in 0..<3 { link.socket.tick() }
        link.pump()
        #expect(ids(link.frames) == ["1"])
        office.say(.allowed)
        let frames = await pass(link) { ids($0).count >= 3 }
        #expect(ids(frames) == ["1", "2", "3"])
        #expect(!frames.contains { $0.opcode == 8 })
    }

    @Test("when it takes too long the client is sent to come back later, and not to load anew")
    func ends() async throws {
        let (hub, office) = (testHub(), Office())
        let link = try open(hub, office, patience: .milliseconds(0))
        office.say(.unknown)
        let frames = await pass(link) { $0.last?.opcode == 8 }
        #expect(frames.last?.code == 1013)
        #expect(TestLink.texts(frames).isEmpty)
        #expect(hub.metrics.refused.with("standing_unknown").value == 1)
    }

    @Test("whoever is found to be signed out after all is told so")
    func over() async throws {
        let (hub, office) = (testHub(), Office())
        let link = try open(hub, office)
        office.say(.unknown)
        #expect(await link.ask(["type": "subscribe", "topic": "a", "ref": "1"])["code"] == "unavailable")
        office.say(.over)
        #expect(await pass(link) { $0.last?.opcode == 8 }.last?.code == 1008)
    }

    @Test("a token of which nobody can tell is not refused for good")
    func tokens() async throws {
        for (standing, code, end) in [
            (WatcherStanding.unknown, "unavailable", 1013), (WatcherStanding.over, "token_refused", 1008),
        ] {
            let (hub, office) = (testHub(), Office())
            let link = try open(hub, office, renew: { _ in office.token })
            office.say(.over)
            #expect(await link.ask(["type": "subscribe", "topic": "a", "ref": "1"])["code"] == "not_signed_in")
            office.say(ofToken: standing)
            let answer = await link.ask(["type": "authenticate", "token": "x", "ref": "2"])
            #expect(answer == ["type": "refused", "code": .string(code), "ref": "2"])
            #expect(await pass(link) { $0.last?.opcode == 8 }.last?.code == end)
        }
    }
}
