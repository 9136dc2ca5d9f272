import PorticoEvents
import PorticoTelemetry
import PorticoValues
import Synchronization
import Testing

@testable import PorticoRealtime

/// How much of what a client has missed is held for it at a time.
@Suite struct CatchUpTests {
    private func hub(remembering count: Int) -> TopicHub {
        testHub {
            $0.batchSpan = .milliseconds(0)
            $0.historyCount = count
        }
    }

    @Test("what the hub remembers is told in parts of a thousand, with what comes meanwhile, each message once")
    func memory() async throws {
        let hub = hub(remembering: 16_384)
        hub.publish((1...5000).map { event($0, $0.isMultiple(of: 2) ? "a" : "b") })
        let mailbox = hub.mailbox()
        var parts: [[Int64]] = []
        let catchUp = CatchUp(hub: hub) { _ in nil }
        let isReset = try await catchUp.join(mailbox, ["a": "a"], lastID: "1") { missed in
            parts.append(missed.compactMap { $0.position?.id })
            if parts.count == 1 { hub.publish([event(5002, "a")]) }
        }
        #expect(!isReset)
        #expect(parts.map(\.count) == [1000, 1000, 501])
        #expect(parts.flatMap(\.self) == (1...2501).map { $0 * 2 })
        #expect(hub.metrics.resumedFromMemory.value == 1)
        hub.publish([event(5004, "a")])
        #expect(mailbox.waiting() == [#"{"id":5004}"#])
    }

    @Test("what is forgotten while a part is told is read, and told in parts as well")
    func forgotten() async throws {
        let hub = hub(remembering: 1500)
        hub.publish((1...1500).map { event($0, "a") })
        let asked = Mutex<[Int64]>([])
        let catchUp = CatchUp(hub: hub) { request in
            asked.withLock { $0.append(request.position.id) }
            return ReplayPage(
                messages: ((request.position.id + 1)...3500).map { event($0, "a") }, through: EventPosition(id: 3500),
                isLast: true, isOfAllTopics: true)
        }
        var parts: [[Int64]] = []
        let isReset = try await catchUp.join(hub.mailbox(), ["a": "a"], lastID: "1") { missed in
            parts.append(missed.compactMap { $0.position?.id })
            if parts.count == 1 { hub.publish((1501...3500).map { event($0, "a") }) }
        }
        #expect(!isReset)
        #expect(parts.map(\.count) == [1000, 1000, 1000, 499])
        #expect(parts.flatMap(\.self) == Array(2...3500))
        #expect(asked.withLock(\.self) == [1001])
        #expect(hub.metrics.resumedFromReplay.value == 1)
    }
}
