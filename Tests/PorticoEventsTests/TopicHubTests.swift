import PorticoEvents
import PorticoHTTP
import PorticoJSON
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

/// Keeps what a stream writes, and rings at each write.
private final class Recorder: BodyWriter {
    let chunks = Mutex<[String]>([])
    let bell = EventBell()

    func write(_ bytes: [UInt8]) async throws {
        chunks.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        bell.ring()
    }

    var text: String { chunks.withLock { $0.joined() } }

    func waits(for part: String) async -> String {
        while !text.contains(part) { await bell.wait(atMost: .seconds(5)) }
        return text
    }
}

@Suite(.timeLimit(.minutes(10))) struct TopicHubTests {
    private func message(_ id: Int64, _ topic: String) -> TopicMessage {
        TopicMessage(
            position: EventPosition(id: id), topics: [topic], event: "scan", data: ["id": .integer(id)])
    }

    private func run(
        _ stream: EventStream, _ topics: Set<String>, lastEventID: String?, to recorder: Recorder,
        isStillAllowed: @escaping @Sendable () async -> Bool = { true }
    ) -> Task<Void, Never> {
        Task {
            let response = stream.response(topics: topics, lastEventID: lastEventID) {
                await isStillAllowed() ? .allowed : .over
            }
            guard case .stream(let body) = response.body else { return }
            try? await body(recorder)
        }
    }

    @Test("a subscriber gets the messages of its topics, framed as events")
    func topics() async {
        let hub = TopicHub()
        let recorder = Recorder()
        let task = run(EventStream(hub: hub) { _ in nil }, ["a"], lastEventID: nil, to: recorder)
        _ = await recorder.waits(for: "retry")
        hub.publish([message(1, "a"), message(2, "b"), message(3, "a")])
        let text = await recorder.waits(for: "\"id\":3")
        #expect(text.contains("id: 1\nevent: scan\ndata: {\"id\":1}\n\n"))
        #expect(!text.contains("\"id\":2"))
        task.cancel()
        await task.value
        #expect(hub.count == 0)
    }

    @Test("a client that comes back gets what it missed once, in order")
    func resume() async {
        let hub = TopicHub()
        let recorder = Recorder()
        let missed = [message(5, "a"), message(6, "b"), message(7, "a")]
        let stream = EventStream(hub: hub) { request in
            hub.publish([message(7, "a"), message(8, "a")])
            let rest = missed.filter { $0.position.map { $0 > request.position } ?? false }
            return ReplayPage(messages: rest, through: EventPosition(id: 7), isLast: true, isOfAllTopics: true)
        }
        let task = run(stream, ["a"], lastEventID: "4", to: recorder)
        let text = await recorder.waits(for: "\"id\":8")
        let ids = text.split(separator: "\n").filter { $0.hasPrefix("id: ") }
        #expect(ids == ["id: 5", "id: 7", "id: 8"])
        task.cancel()
        await task.value
    }

    @Test(
        "a client whose last message is no longer kept, or no message, is told to load anew",
        arguments: ["1", "rubbish"])
    func reset(lastEventID: String) async {
        let recorder = Recorder()
        let task = run(EventStream(hub: TopicHub()) { _ in nil }, ["a"], lastEventID: lastEventID, to: recorder)
        #expect(await recorder.waits(for: "event: reset").contains("data: {}"))
        task.cancel()
        await task.value
    }

    @Test("a client that comes gets the present state after what it missed, and what has no position is never dropped")
    func present() async {
        let hub = TopicHub()
        let recorder = Recorder()
        let figures = TopicMessage(position: nil, topics: ["stats"], event: "stats", data: ["n": 1])
        let stream = EventStream(hub: hub) { topics in
            topics.contains("stats") ? [figures] : []
        } pages: { _ in
            ReplayPage(messages: [message(5, "a")], through: EventPosition(id: 5), isLast: true, isOfAllTopics: true)
        }
        let task = run(stream, ["a", "stats"], lastEventID: "4", to: recorder)
        _ = await recorder.waits(for: "\"n\":1")
        hub.publish([TopicMessage(position: nil, topics: ["stats"], event: "stats", data: ["n": 2])])
        let text = await recorder.waits(for: "\"n\":2")
        #expect(text.contains("id: 5\nevent: scan\ndata: {\"id\":5}\n\nevent: stats\ndata: {\"n\":1}"))
        task.cancel()
        await task.value
    }

    @Test("who is no longer allowed hears nothing more")
    func revoked() async {
        let hub = TopicHub()
        let recorder = Recorder()
        let isAllowed = Mutex(true)
        let task = run(EventStream(hub: hub) { _ in nil }, ["a"], lastEventID: nil, to: recorder) {
            isAllowed.withLock(\.self)
        }
        _ = await recorder.waits(for: "retry")
        hub.publish([message(1, "a")])
        _ = await recorder.waits(for: "\"id\":1")
        isAllowed.withLock { $0 = false }
        hub.publish([message(2, "a")])
        await task.value
        #expect(!recorder.text.contains("\"id\":2"))
        #expect(!recorder.text.contains("reset"))
        #expect(hub.count == 0)
    }

    @Test("a subscriber that falls behind is cut off, others are not")
    func slow() async {
        let hub = TopicHub(capacity: 3)
        let slow = hub.subscribe(["a"])
        let quick = hub.subscribe(["b"])
        hub.publish((1...5).map { message(Int64($0), "a") })
        hub.publish([message(6, "b")])
        #expect(hub.count == 1)
        var seen = 0
        for await _ in slow.deliveries { seen += 1 }
        #expect(seen == 3)
        var iterator = quick.deliveries.makeAsyncIterator()
        guard case .message(let message) = await iterator.next() else {
            Issue.record("the other subscriber got nothing")
            return
        }
        #expect(message.position?.id == 6)
    }
}
