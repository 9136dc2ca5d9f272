import PorticoEvents
import PorticoHTTP
import PorticoJSON
import Synchronization
import Testing

@testable import PorticoRealtime

/// Clients of sockets that come back after a long absence.
@Suite(.timeLimit(.minutes(10))) struct SocketPagesTests {
    private func open(_ sockets: TopicSockets) throws -> TestLink {
        try openLink(sockets.response(to: handshakeHead(), user: "1", authorise: { $0 }))
    }

    /// Pages of ten events out of five hundred.
    private static func page(_ request: ReplayRequest) -> ReplayPage {
        let last = min(request.position.id + 10, 500)
        return ReplayPage(
            messages: ((request.position.id + 1)...last).map { event($0, "a") }, through: EventPosition(id: last),
            isLast: last == 500)
    }

    @Test("all that was missed comes in order, and no more of it is read than the client takes")
    func pages() async throws {
        let read = Mutex(0)
        let sockets = TopicSockets(
            hub: testHub(),
            pages: { request in
                read.withLock { $0 += 1 }
                return SocketPagesTests.page(request)
            }, here: { EventPosition(id: 500) })
        let link = try open(sockets)
        // It is heard, and nothing is taken from it.
        ClientFrame.text(#"{"type":"subscribe","topic":"a","last_id":"0","ref":"1"}"#).withUnsafeBytes {
            link.socket.received($0)
        }
        while read.withLock(\.self) == 0 { await Task.yield() }
        for _ in 0..<1000 { await Task.yield() }
        #expect(read.withLock(\.self) == 1)
        let told = await link.told { $0.count >= 501 }
        #expect(told.first == ["type": "subscribed", "topic": "a", "reset": false, "id": "0", "ref": "1"])
        #expect(told.dropFirst().map { $0["id"]?.string } == (1...500).map { Optional("\($0)") })
        #expect(read.withLock(\.self) == 50)
    }

    @Test("what turns out to be gone halfway makes the client load the topic anew, and go on")
    func goneHalfway() async throws {
        let hub = testHub()
        let sockets = TopicSockets(
            hub: hub, pages: { $0.isFirst ? SocketPagesTests.page($0) : nil }, here: { EventPosition(id: 500) })
        let link = try open(sockets)
        _ = await link.ask(["type": "subscribe", "topic": "a", "last_id": "0", "ref": "1"])
        let told = await link.told { $0.last?["type"] == "reset" }
        #expect(told.last == ["type": "reset", "topic": "a", "id": "500"])
        hub.publish([event(501, "a")])
        #expect(await link.told { $0.last?["id"] == "501" }.last?["type"] == "message")
    }

    @Test("a client that goes away meanwhile leaves nothing behind")
    func goesAway() async throws {
        let hub = testHub()
        let read = Mutex(0)
        let link = try open(
            TopicSockets(
                hub: hub,
                pages: { request in
                    read.withLock { $0 += 1 }
                    return SocketPagesTests.page(request)
                }))
        ClientFrame.text(#"{"type":"subscribe","topic":"a","last_id":"0"}"#).withUnsafeBytes {
            link.socket.received($0)
        }
        while read.withLock(\.self) == 0 { await Task.yield() }
        link.socket.connectionEnded()
        for _ in 0..<1000 { await Task.yield() }
        #expect(hub.count == 0)
        #expect(!hub.hasSubscribers(of: ["a"]))
    }

    @Test("a client that has heard nothing yet knows from where to go on")
    func position() async throws {
        let sockets = TopicSockets(hub: testHub(), pages: { _ in nil }, here: { EventPosition(id: 77) })
        let link = try open(sockets)
        let answer = await link.ask(["type": "subscribe", "topic": "a", "ref": "1"])
        #expect(answer == ["type": "subscribed", "topic": "a", "reset": false, "id": "77", "ref": "1"])
    }
}
