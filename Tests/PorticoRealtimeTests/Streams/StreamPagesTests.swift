import PorticoEvents
import PorticoHTTP
import PorticoJSON
import PorticoTelemetry
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

/// Keeps what a stream writes, and rings at each write.
private final class Recorder: BodyWriter {
    private let kept = Mutex("")
    private let bell = EventBell()

    func write(_ bytes: [UInt8]) async throws {
        kept.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        bell.ring()
    }

    var text: String { kept.withLock(\.self) }
    var ids: [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
    }

    func waits(for part: String) async {
        while !text.contains(part), !Task.isCancelled { await bell.wait(atMost: .seconds(5)) }
    }
}

/// Streams whose clients come back after a long absence, and how many of them somebody may have.
@Suite(.timeLimit(.minutes(10))) struct StreamPagesTests {
    private func run(
        _ stream: EventStream, _ topics: Set<String>, after lastEventID: String, to recorder: Recorder,
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

    /// Pages of three events of one topic out of two hundred of two topics.
    private func page(_ request: ReplayRequest) -> ReplayPage {
        let own = ((request.position.id + 1)..<201).filter { $0.isMultiple(of: 2) }.prefix(3)
        let through = own.count < 3 ? 200 : own.last ?? 200
        return ReplayPage(
            messages: own.map { event($0, "a") }, through: EventPosition(id: through), isLast: through == 200)
    }

    @Test("what was missed in a long absence comes in pages, of the client's topics, each once and in order")
    func pages() async {
        let hub = testHub()
        let requests = Mutex<[ReplayRequest]>([])
        let stream = EventStream(
            hub: hub,
            pages: { request in
                requests.withLock { $0.append(request) }
                // What comes meanwhile is neither lost nor told twice.
                if request.position.id == 100 { hub.publish([event(200, "a"), event(201, "a")]) }
                return page(request)
            })
        let recorder = Recorder()
        let task = run(stream, ["a"], after: "10", to: recorder)
        await recorder.waits(for: "\"id\":201")
        hub.publish([event(202, "a")])
        await recorder.waits(for: "\"id\":202")
        #expect(recorder.ids == (6...100).map { String($0 * 2) } + ["201", "202"])
        let asked = requests.withLock(\.self)
        #expect(asked.map(\.isFirst) == [true] + [Bool](repeating: false, count: asked.count - 1))
        #expect(asked.allSatisfy { $0.topics == ["a"] })
        #expect(hub.metrics.resumedFromReplay.value == 1)
        task.cancel()
        await task.value
    }

    @Test("pages end where the hub's memory begins")
    func meetsMemory() async {
        let hub = testHub()
        let requests = Mutex(0)
        hub.publish((101...200).map { event($0, $0.isMultiple(of: 2) ? "a" : "b") })
        let stream = EventStream(
            hub: hub,
            pages: { request in
                requests.withLock { $0 += 1 }
                return page(request)
            })
        let recorder = Recorder()
        let task = run(stream, ["a"], after: "90", to: recorder)
        await recorder.waits(for: "\"id\":200")
        #expect(recorder.ids == (46...100).map { String($0 * 2) })
        // 92, 94, 96; 98, 100, 102.
        #expect(requests.withLock(\.self) == 2)
        task.cancel()
        await task.value
    }

    @Test("too much of it gives one reset, and an id from which the client goes on")
    func tooMuch() async {
        let hub = testHub()
        let stream = EventStream(hub: hub, pages: { _ in nil }, here: { EventPosition(id: 300) })
        let recorder = Recorder()
        let task = run(stream, ["a"], after: "10", to: recorder)
        await recorder.waits(for: "reset")
        #expect(recorder.text.contains("id: 300\nevent: reset"))
        hub.publish([event(301, "a")])
        await recorder.waits(for: "\"id\":301")
        #expect(recorder.ids == ["300", "301"])
        task.cancel()
        await task.value
    }

    @Test("who loses the right between two pages hears nothing more")
    func revoked() async {
        let stream = EventStream(hub: testHub(), pages: { request in page(request) })
        let recorder = Recorder()
        await run(stream, ["a"], after: "10", to: recorder) { false }.value
        #expect(recorder.ids == ["12", "14", "16"])
        #expect(!recorder.text.contains("reset"))
    }

    @Test("a user has so many streams, and those that ended or never began count no more")
    func places() async throws {
        let hub = testHub()
        let stream = EventStream(hub: hub, pages: { _ in nil }, perUser: 2)
        func open(_ user: String) throws -> Response {
            try stream.response(topics: ["a"], lastEventID: nil, user: user, standing: { .allowed })
        }
        var kept: [Response] = [try open("1"), try open("1")]
        let refusal = #expect(throws: Problem.self) { try open("1") }
        #expect(refusal?.code == "too_many_streams")
        #expect(refusal?.status.code == 429)
        #expect(refusal?.headers["retry-after"] != nil)
        kept.append(try open("2"))
        kept.removeFirst()
        kept.append(try open("1"))

        // One that ran and ended is free again, too.
        let recorder = Recorder()
        let ending = kept.removeLast()
        let task = Task {
            guard case .stream(let body) = ending.body else { return }
            try? await body(recorder)
        }
        await recorder.waits(for: "retry")
        hub.close()
        await task.value
        #expect(kept.count == 2)
    }
}
