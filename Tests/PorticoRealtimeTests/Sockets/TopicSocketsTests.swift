import PorticoEvents
import PorticoHTTP
import PorticoJSON
import PorticoTelemetry
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

@Suite(.timeLimit(.minutes(10))) struct TopicSocketsTests {
    private func open(
        _ sockets: TopicSockets, user: String = "1", isStillAllowed: @escaping @Sendable () async -> Bool = { true }
    ) throws -> TestLink {
        try openLink(
            sockets.response(
                to: handshakeHead(), user: user,
                authorise: { topic in
                    if topic == "closed" { throw Problem(403, "forbidden", "Not yours.") }
                    return topic.hasPrefix("no") ? nil : "hub:\(topic)"
                }, standing: { await isStillAllowed() ? .allowed : .over }))
    }

    private func say(_ link: TestLink, _ json: JSONValue) {
        link.send(ClientFrame.bytes(1, json.bytes))
    }

    private func subscribe(_ link: TestLink, _ topic: String, after lastID: String? = nil) async {
        let before = link.frames.count
        var command: JSONValue = ["type": "subscribe", "topic": .string(topic), "ref": "r"]
        if let lastID { command["last_id"] = .string(lastID) }
        say(link, command)
        _ = await link.frames { $0.count > before }
    }

    private func json(_ frames: [ServerFrame]) -> [JSONValue] {
        frames.filter { $0.opcode == 1 }.compactMap { try? JSONValue(parsing: $0.payload) }
    }

    @Test("tells a topic's messages under the name that the client uses, each once for each topic it watches")
    func messages() async throws {
        let hub = testHub()
        let link = try open(TopicSockets(hub: hub))
        await subscribe(link, "a")
        await subscribe(link, "b")
        hub.publish([
            TopicMessage(position: EventPosition(id: 5), topics: ["hub:a", "hub:b"], event: "scan", data: ["x": 1]),
            event(6, "hub:c"), event(7, "hub:a"),
        ])
        let all = json(await link.frames { $0.count >= 5 })
        #expect(all[0] == ["type": "subscribed", "topic": "a", "reset": false, "ref": "r"])
        #expect(Set(all[2...3].map { $0["topic"]?.string }) == ["a", "b"])
        #expect(all[2]["id"] == "5" && all[3]["id"] == "5")
        #expect(all[4] == ["type": "message", "topic": "a", "id": "7", "event": "scan", "data": ["id": 7]])
        #expect(hub.metrics.sockets.messages.value == 3)
        say(link, ["type": "unsubscribe", "topic": "a"])
        _ = await link.frames { $0.count >= 6 }
        #expect(!hub.hasSubscribers(of: ["hub:a"]))
        link.socket.connectionEnded()
        #expect(hub.count == 0)
        #expect(hub.metrics.sockets.connections.value == 0)
    }

    @Test("refuses topics one by one, with the reason")
    func refusals() async throws {
        var limits = TopicSockets.Limits()
        limits.subscriptions = 2
        let link = try open(TopicSockets(hub: testHub(), limits: limits))
        for topic in ["closed", "nothing", "a", "b", "c"] { await subscribe(link, topic) }
        link.send(ClientFrame.text("{\"type\":\"sing\",\"topic\":\"a\",\"ref\":\"9\"}") + ClientFrame.text("rubbish"))
        let all = json(await link.frames { $0.count >= 7 })
        #expect(
            all.map { $0["code"]?.string ?? $0["type"]?.string } == [
                "forbidden", "topic_not_found", "subscribed", "subscribed", "too_many_subscriptions", "malformed",
                "malformed",
            ])
        #expect(all[5]["ref"] == "9")
    }

    @Test("a topic is told under one name: a second one for it is refused, and the first one goes on")
    func twoNames() async throws {
        let hub = testHub()
        let link = try openLink(
            TopicSockets(hub: hub).response(to: handshakeHead(), user: "1", authorise: { _ in "a" }))
        #expect(await link.ask(["type": "subscribe", "topic": "a", "ref": "1"])["type"] == "subscribed")
        let answer = await link.ask(["type": "subscribe", "topic": "A", "ref": "2"])
        #expect(answer == ["type": "refused", "topic": "A", "code": "already_subscribed", "ref": "2"])
        hub.publish([event(1, "a")])
        #expect(await link.told { $0.last?["id"] == "1" }.last?["topic"] == "a")
    }

    @Test("a client that comes back gets what it missed, once and before what comes")
    func resumes() async throws {
        let hub = testHub()
        let replays = Mutex(0)
        let sockets = TopicSockets(
            hub: hub, present: { _ in [TopicMessage(position: nil, topics: [], event: "now", data: 0)] }
        ) { request in
            replays.withLock { $0 += 1 }
            hub.publish([event(8, "hub:a")])
            guard request.position.id >= 3 else { return nil }
            let missed = [event(4, "hub:a"), event(5, "hub:z"), event(6, "hub:a")]
            return ReplayPage(messages: missed, through: EventPosition(id: 6), isLast: true, isOfAllTopics: true)
        }
        let link = try open(sockets)
        await subscribe(link, "a", after: "3")
        let all = json(await link.frames { $0.count >= 5 })
        #expect(all[0]["type"] == "subscribed")
        #expect(all.dropFirst().map { $0["id"]?.string } == ["4", "6", "8", nil])
        let other = try open(sockets)
        await subscribe(other, "a", after: "5")
        let more = json(await other.frames { $0.count >= 4 })
        #expect(Set(more.dropFirst().compactMap { $0["id"]?.string }) == ["6", "8"])
        #expect(replays.withLock { $0 } == 1)
    }

    @Test("a client whose last message is gone is told to load anew", arguments: ["1", "rubbish", "9~other.3"])
    func resets(lastID: String) async throws {
        let hub = testHub()
        let link = try open(TopicSockets(hub: hub))
        await subscribe(link, "a", after: lastID)
        #expect(json(link.frames)[0]["reset"] == true)
        hub.publish([event(30, "hub:a")])
        #expect(json(await link.frames { $0.count >= 2 })[1]["id"] == "30")
    }

    @Test("whoever is no longer allowed hears nothing more", arguments: [0, 60_000] as [Int64])
    func revoked(recheck: Int64) async throws {
        let hub = testHub()
        let isAllowed = Mutex(true)
        var limits = TopicSockets.Limits()
        limits.recheck = .milliseconds(recheck)
        let link = try open(TopicSockets(hub: hub, limits: limits)) { isAllowed.withLock(\.self) }
        await subscribe(link, "a")
        hub.publish([event(1, "hub:a")])
        _ = await link.frames { $0.count >= 2 }
        isAllowed.withLock { $0 = false }
        if recheck == 0 {
            hub.publish([event(2, "hub:a")])
        } else {
            for _ in 0..<3 { link.socket.tick() }
        }
        let frames = await link.frames { $0.last?.opcode == 8 }
        #expect(frames.last?.code == 1008)
        #expect(!frames.contains { $0.text.contains("\"id\":\"2\"") })
    }

    @Test("a client that falls behind is told to load anew, and ends")
    func slow() async throws {
        let hub = testHub {
            $0.batchSpan = .milliseconds(0)
            $0.capacity = 5
        }
        let link = try open(TopicSockets(hub: hub))
        await subscribe(link, "a")
        hub.publish((1...20).map { event($0, "hub:a") })
        let frames = await link.frames { $0.last?.opcode == 8 }
        #expect(json(frames).last == ["type": "reset"])
        #expect(frames.last?.code == 1013)
        #expect(hub.count == 0)
    }

    @Test("a node that closes says 1001 and no reset: its clients go on elsewhere")
    func closing() async throws {
        let hub = testHub()
        let link = try open(TopicSockets(hub: hub))
        await subscribe(link, "a")
        hub.publish([event(1, "hub:a")])
        _ = await link.frames { $0.count >= 2 }
        hub.close()
        let frames = await link.frames { $0.last?.opcode == 8 }
        #expect(frames.last?.code == 1001)
        #expect(!json(frames).contains(["type": "reset"]))
    }

    @Test("a user has so many sockets, and those that ended or never began count no more")
    func places() throws {
        var limits = TopicSockets.Limits()
        limits.socketsPerUser = 2
        let sockets = TopicSockets(hub: testHub(), limits: limits)
        var links = [try open(sockets), try open(sockets)]
        #expect(throws: Problem.self) { try open(sockets) }
        _ = try open(sockets, user: "2")
        links.removeLast().socket.connectionEnded()
        _ = try sockets.response(to: handshakeHead(), user: "1", authorise: { $0 })
        links.append(try open(sockets))
        #expect(links.count == 2)
    }

    @Test("a client that says too much, or something else than text, ends")
    func chatter() async throws {
        var limits = TopicSockets.Limits()
        limits.burst = 3
        limits.messagesPerSecond = 0
        let hub = testHub()
        let sockets = TopicSockets(hub: hub, limits: limits)
        let loud = try open(sockets)
        for _ in 0..<6 { loud.send(ClientFrame.text("x")) }
        #expect(loud.frames.last?.code == 1008)
        #expect(hub.metrics.refused.with("too_many_messages").value == 1)
        let strange = try open(sockets)
        strange.send(ClientFrame.bytes(2, [1]))
        #expect(strange.frames.last?.code == 1003)
        let long = try open(sockets)
        long.send(ClientFrame.text(String(repeating: "x", count: 20_000)))
        #expect(long.frames.last?.code == 1009)
    }

    @Test("an allowance fills up again, up to its burst")
    func allowance() {
        var allowance = Allowance(perSecond: 2, burst: 3, now: 0)
        let times: [Int64] = [0, 0, 0, 0, 500_000_000, 500_000_000] + [Int64](repeating: 60_000_000_000, count: 4)
        let taken = times.map { allowance.take(now: $0) }
        #expect(taken == [true, true, true, false, true, false, true, true, true, false])
    }
}
