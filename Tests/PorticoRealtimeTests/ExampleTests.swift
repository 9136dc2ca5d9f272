// example
import PorticoEvents
import PorticoHTTP
import PorticoJSON
import PorticoRealtime
// end of example
import PorticoValues
import Synchronization
import Testing

@Suite("The README's live updates", .timeLimit(.minutes(2))) struct ExampleTests {
    // example
    struct LiveScans {
        let hub: TopicHub
        let stream: EventStream
        let sockets: TopicSockets

        /// - Parameter missed: what a client asks for that was away for longer than the hub remembers.
        init(_ hub: TopicHub, missed: @escaping EventStream.Pages) {
            self.hub = hub
            stream = EventStream(hub: hub, pages: missed)
            sockets = TopicSockets(hub: hub, pages: missed)
        }

        /// GET …/stream
        func events(
            _ head: RequestHead, of account: Int64, standing: @escaping @Sendable () async -> WatcherStanding
        ) throws -> Response {
            try stream.response(
                topics: ["stats", "area:lucknow"], lastEventID: head.headers["last-event-id"], user: "\(account)",
                standing: standing)
        }

        /// GET …/socket
        func socket(
            _ head: RequestHead, of account: Int64, standing: @escaping @Sendable () async -> WatcherStanding
        ) throws -> Response {
            try sockets.response(
                to: head, user: "\(account)", authorise: { topic in topic == "area:lucknow" ? topic : nil },
                standing: standing)
        }

        /// After the commit.
        func tell(_ code: String, at position: EventPosition) {
            hub.publish([
                TopicMessage(position: position, topics: ["area:lucknow"], event: "scan", data: ["code": .string(code)])
            ])
        }
    }
    // end of example

    /// Keeps what a stream writes, and rings at each write.
    private final class Paper: BodyWriter {
        private let text = Mutex("")
        private let bell = EventBell()

        func write(_ bytes: [UInt8]) async throws {
            text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            bell.ring()
        }

        func read(until part: String) async -> String {
            while !text.withLock({ $0.contains(part) }), !Task.isCancelled { await bell.wait(atMost: .seconds(5)) }
            return text.withLock { $0 }
        }
    }

    @Test("go on where a client was, and open a socket")
    func example() async throws {
        let live = LiveScans(testHub(), missed: { _ in nil })
        for id in 5...7 { live.tell("300000\(id)", at: EventPosition(id: Int64(id))) }
        let head = RequestHead(
            method: .get, target: "/bags/api/v1/stream", headers: ["last-event-id": "6"], peer: "192.0.2.1")
        let paper = Paper()
        let response = try live.events(head, of: 1, standing: { .allowed })
        let reading = Task {
            guard case .stream(let body) = response.body else { return }
            try? await body(paper)
        }
        let text = await paper.read(until: "3000007")
        reading.cancel()
        await reading.value
        #expect(text.contains("event: scan") && text.contains("id: 7") && !text.contains("3000006"))
        #expect(try live.socket(handshakeHead(), of: 1, standing: { .allowed }).status == .switchingProtocols)
    }
}
