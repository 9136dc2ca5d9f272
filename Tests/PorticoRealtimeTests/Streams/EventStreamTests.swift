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
    let chunks = Mutex<[String]>([])
    let bell = EventBell()

    func write(_ bytes: [UInt8]) async throws {
        chunks.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        bell.ring()
    }

    var text: String { chunks.withLock { $0.joined() } }

    func waits(for part: String) async -> String {
        while !text.contains(part), !Task.isCancelled { await bell.wait(atMost: .seconds(5)) }
        return text
    }
}

@Suite(.timeLimit(.minutes(10))) struct EventStreamTests {
    private func run(
        _ stream: EventStream, _ topics: Set<String>, lastEventID: String? = nil, to recorder: Recorder,
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

    private func ids(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
    }

    @Test("clients that were away get what they missed from memory, without a replay")
    func fromMemory() async {
        let hub = testHub()
        let replays = Mutex(0)
        let stream = EventStream(hub: hub) { _ in
            replays.withLock { $0 += 1 }
            return nil
        }
        hub.publish((1...20).map { event($0, $0.isMultiple(of: 2) ? "a" : "b") })
        for _ in 0..<10 {
            let recorder = Recorder()
            let task = run(stream, ["a"], lastEventID: "13", to: recorder)
            #expect(ids(await recorder.waits(for: "\"id\":20")) == ["14", "16", "18", "20"])
            task.cancel()
            await task.value
        }
        #expect(replays.withLock { $0 } == 0)
        #expect(hub.metrics.resumedFromMemory.value == 10)
    }

    @Test("every message carries an id that never goes back, and a client goes on from any of them")
    func ids() async {
        let hub = testHub()
        let present = TopicMessage(position: nil, topics: ["a"], event: "stats", data: .object([]))
        let stream = EventStream(hub: hub) { _ in
            [present]
        } pages: { _ in
            nil
        } here: {
            EventPosition(id: 7)
        }
        let recorder = Recorder()
        let task = run(stream, ["a"], to: recorder)
        _ = await recorder.waits(for: "event: stats")
        hub.publish([event(8, "a")])
        _ = await recorder.waits(for: "\"id\":8")
        hub.publish([present])
        hub.close()
        await task.value
        // The figures at the beginning, an event, figures. A node that closes adds nothing.
        #expect(ids(recorder.text) == ["7", "8", "8"])
        #expect(!recorder.text.contains("event: reset"))
    }

    @Test("a client of a node that closes goes on at another from its last id, and is not told to load anew")
    func closing() async {
        let (here, there) = (testHub(), testHub())
        for hub in [here, there] { hub.publish([event(1, "a")]) }
        let first = Recorder()
        let before = run(EventStream(hub: here) { _ in nil }, ["a"], to: first)
        _ = await first.waits(for: "retry")
        for hub in [here, there] { hub.publish([event(2, "a"), event(3, "a")]) }
        here.close()
        await before.value
        #expect(ids(first.text) == ["2", "3"])
        #expect(!first.text.contains("reset"))
        there.publish([event(4, "a")])
        let second = Recorder()
        let after = run(EventStream(hub: there) { _ in nil }, ["a"], lastEventID: "3", to: second)
        _ = await second.waits(for: "\"id\":4")
        #expect(ids(second.text) == ["4"])
        #expect(!second.text.contains("reset"))
        after.cancel()
        await after.value
    }

    @Test("who was cut off before the node closed is still told to load anew")
    func cutThenClosed() async {
        let hub = testHub {
            $0.batchSpan = .milliseconds(0)
            $0.capacity = 2
        }
        let (recorder, isReady) = (Recorder(), EventBell())
        let task = run(EventStream(hub: hub) { _ in nil }, ["a"], to: recorder) {
            await isReady.wait(atMost: .seconds(60))
            return true
        }
        _ = await recorder.waits(for: "retry")
        hub.publish((1...9).map { event($0, "a") })
        hub.close()
        for _ in 0..<3 { isReady.ring() }
        #expect(await recorder.waits(for: "event: reset").contains("reset"))
        isReady.ring()
        await task.value
    }

    @Test("a long absence is no slowness: more may be missed than may wait, and the client is not cut")
    func longAbsence() async {
        let hub = testHub {
            $0.batchSpan = .milliseconds(0)
            $0.capacity = 10
        }
        hub.publish((1...200).map { event($0, "a") })
        let recorder = Recorder()
        let task = run(EventStream(hub: hub) { _ in nil }, ["a"], lastEventID: "50", to: recorder)
        _ = await recorder.waits(for: "\"id\":200")
        #expect(ids(recorder.text) == (51...200).map { String($0) })
        #expect(!recorder.text.contains("reset"))
        task.cancel()
        await task.value
    }

    @Test("an open stream says with each write that somebody is there")
    func whileOpen() async {
        let (hub, recorder, bell) = (testHub(), Recorder(), EventBell())
        let signs = Mutex(0)
        let task = Task {
            let response = EventStream(hub: hub) { _ in nil }.response(topics: ["a"], lastEventID: nil) {
                .allowed
            } whileOpen: {
                signs.withLock { $0 += 1 }
                bell.ring()
            }
            guard case .stream(let body) = response.body else { return }
            try? await body(recorder)
        }
        while signs.withLock({ $0 }) < 1 { await bell.wait(atMost: .seconds(5)) }
        hub.publish([event(1, "a")])
        while signs.withLock({ $0 }) < 2 { await bell.wait(atMost: .seconds(5)) }
        #expect(recorder.text.contains("\"id\":1"))
        task.cancel()
        await task.value
    }

    @Test("a stream gives signs of life while nobody answers whether its client is allowed")
    func beatsMeanwhile() async {
        let (hub, recorder, answer) = (testHub(), Recorder(), EventBell())
        let task = run(EventStream(hub: hub) { _ in nil }, ["a"], to: recorder) {
            await answer.wait(atMost: .seconds(600))
            return true
        }
        _ = await recorder.waits(for: "retry")
        hub.publish([event(1, "a")])
        let beating = Task { await hub.keepAlive(every: .milliseconds(1)) }
        #expect(ids(await recorder.waits(for: ": alive\n\n: alive\n\n")).isEmpty)
        beating.cancel()
        await beating.value
        for _ in 0..<2 { answer.ring() }
        #expect(ids(await recorder.waits(for: "\"id\":1")) == ["1"])
        task.cancel()
        await task.value
    }

    @Test("a stream gives signs of life while it is looked at how things stand")
    func beatsAtFirst() async {
        let (hub, recorder, isReady) = (testHub(), Recorder(), EventBell())
        let stream = EventStream(
            hub: hub,
            present: { _ in
                await isReady.wait(atMost: .seconds(600))
                return []
            }, pages: { _ in nil })
        let task = run(stream, ["a"], to: recorder)
        let beating = Task { await hub.keepAlive(every: .milliseconds(1)) }
        _ = await recorder.waits(for: ": alive\n\n: alive\n\n")
        isReady.ring()
        hub.publish([event(1, "a")])
        _ = await recorder.waits(for: "\"id\":1")
        for task in [beating, task] {
            task.cancel()
            await task.value
        }
    }

    @Test("a sign of life that was begun is through before a stream goes on")
    func beatsApart() async {
        let isTaken = EventBell()
        let calls = Mutex<[String]>([])
        let pulse = StreamPulse {
            await isTaken.wait(atMost: .seconds(600))
            calls.withLock { $0.append("beat") }
        }
        #expect(!pulse.beat(), "nobody waits")
        await pulse.during {
            #expect(pulse.beat())
            calls.withLock { $0.append("answer") }
            isTaken.ring()
        }
        #expect(calls.withLock(\.self) == ["answer", "beat"])
        #expect(!pulse.beat(), "nobody waits any more")
    }

    @Test("who is told that somebody is there is not told once more that they came")
    func presence() async {
        let timing = TestTiming()
        let hub = testHub(timing: timing.timing) { _ in }
        let presence = Presence(clock: Clock(standingAt: Instant(seconds: 1_790_000_000)))
        let news = PresenceNews(of: presence, over: hub)
        let stream = EventStream(hub: hub, present: { await news.present($0) }, pages: { _ in nil })
        let topic = PresenceNews.topic(of: "desk")
        let (first, second) = (Recorder(), Recorder())
        let before = run(stream, [topic], to: first)
        _ = await first.waits(for: "event: presence")
        // One message has just left, so that the next one waits for others.
        hub.publish([passing(1, "elsewhere")])
        _ = await presence.see(PresentMember(id: "2", name: "Ravi"), at: "desk")
        await news.look()
        let after = run(stream, [topic], to: second)
        _ = await second.waits(for: "event: presence")
        #expect(second.text.contains(#""members":[{"id":"2","name":"Ravi"}]"#))
        hub.publish([passing(2, topic)])
        timing.advance(milliseconds: 100)
        for recorder in [first, second] { _ = await recorder.waits(for: "event: typing") }
        #expect(first.text.contains(#""joined":[{"id":"2""#))
        #expect(!second.text.contains(#""joined":[{"#))
        for task in [before, after] {
            task.cancel()
            await task.value
        }
    }

    @Test("while nobody can tell whether a client is allowed it is told nothing, and then all that waited")
    func unknown() async {
        let timing = TestTiming()
        let hub = testHub(timing: timing.timing)
        let standing = Mutex(WatcherStanding.unknown)
        let recorder = Recorder()
        let task = Task {
            let stream = EventStream(hub: hub) { _ in nil }
            let response = stream.response(topics: ["a"], lastEventID: nil) { standing.withLock(\.self) }
            guard case .stream(let body) = response.body else { return }
            try? await body(recorder)
        }
        _ = await recorder.waits(for: "retry")
        hub.publish([event(1, "a")])
        while timing.planned == 0, !Task.isCancelled { await Task.yield() }
        hub.publish([event(2, "a")])
        #expect(ids(recorder.text).isEmpty)
        standing.withLock { $0 = .allowed }
        timing.advance(milliseconds: 1000)
        #expect(ids(await recorder.waits(for: "\"id\":2")) == ["1", "2"])
        task.cancel()
        await task.value
    }

    @Test("where nobody can tell for too long the stream ends without another word")
    func unknownForTooLong() async {
        let timing = TestTiming()
        let hub = testHub(timing: timing.timing)
        let stream = EventStream(hub: hub, pages: { _ in nil }, patience: .seconds(2))
        let recorder = Recorder()
        let task = Task {
            let response = stream.response(topics: ["a"], lastEventID: nil) { .unknown }
            guard case .stream(let body) = response.body else { return }
            try? await body(recorder)
        }
        _ = await recorder.waits(for: "retry")
        hub.publish([event(1, "a")])
        for _ in 0..<2 {
            while timing.planned == 0, !Task.isCancelled { await Task.yield() }
            timing.advance(milliseconds: 1000)
        }
        await task.value
        #expect(ids(recorder.text).isEmpty && !recorder.text.contains("reset"))
        #expect(hub.count == 0)
    }

    @Test("what one client's replay read serves the others")
    func replayServesOthers() async {
        let hub = testHub()
        let replays = Mutex(0)
        let stream = EventStream(hub: hub) { request in
            replays.withLock { $0 += 1 }
            let missed = (5...9).map { event($0, "a") }.filter { $0.position.map { $0 > request.position } ?? false }
            return ReplayPage(messages: missed, through: EventPosition(id: 9), isLast: true, isOfAllTopics: true)
        }
        for last in ["4", "4", "6", "9"] {
            let recorder = Recorder()
            let task = run(stream, ["a"], lastEventID: last, to: recorder)
            _ = await recorder.waits(for: last == "9" ? "retry" : "\"id\":9")
            let start = Int64(last) ?? 0
            #expect(ids(recorder.text) == (start + 1..<10).map { String($0) })
            task.cancel()
            await task.value
        }
        #expect(replays.withLock { $0 } == 1)
    }

    @Test("messages that wait together are written together")
    func writesTogether() async {
        let hub = testHub()
        let recorder = Recorder()
        let isReady = EventBell()
        let task = run(EventStream(hub: hub) { _ in nil }, ["a"], to: recorder) {
            await isReady.wait(atMost: .seconds(60))
            return true
        }
        _ = await recorder.waits(for: "retry")
        hub.publish([event(1, "a")])
        hub.publish([event(2, "a"), event(3, "a")])
        isReady.ring()
        isReady.ring()
        _ = await recorder.waits(for: "\"id\":3")
        #expect(recorder.chunks.withLock(\.count) <= 3)
        #expect(hub.metrics.streams.messages.value == 3)
        task.cancel()
        await task.value
        #expect(hub.metrics.streams.connections.value == 0)
    }

    @Test("a client that was cut off is told to load anew, and the stream ends")
    func cut() async {
        let hub = testHub {
            $0.batchSpan = .milliseconds(0)
            $0.capacity = 2
        }
        let recorder = Recorder()
        let isReady = EventBell()
        let task = run(EventStream(hub: hub) { _ in nil }, ["a"], to: recorder) {
            await isReady.wait(atMost: .seconds(60))
            return true
        }
        _ = await recorder.waits(for: "retry")
        hub.publish((1...9).map { event($0, "a") })
        for _ in 0..<9 { isReady.ring() }
        let text = await recorder.waits(for: "event: reset")
        #expect(ids(text).count <= 3)
        isReady.ring()
        await task.value
        #expect(hub.count == 0)
    }
}
