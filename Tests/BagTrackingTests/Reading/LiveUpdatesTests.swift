import Portico
import PorticoTesting
import Synchronization
import Testing

@testable import BagTracking

/// The live stream: who may watch what, what is told, and how a client catches up.
@Suite struct LiveUpdatesTests {
    /// Collects what a stream writes.
    private final class Reader: BodyWriter {
        private let text = Mutex("")

        func write(_ bytes: [UInt8]) async throws {
            text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }

        var frames: [String] {
            text.withLock { $0.split(separator: "\n\n").map { String($0) } }
        }

        /// The ids of messages.
        var ids: [String] {
            let lines = text.withLock { $0.split(separator: "\n") }
            return lines.filter { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
        }
    }

    @Test("takes topics that exist and may be seen", arguments: TestEngine.available)
    func topics(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.scanParent("SB00001")
            try await hall.scanParent("M444-00001", by: .jaipur)
            let desk = try await ReadingDesk(hall)
            for (topics, person, status) in [
                ("area:lucknow,parent:SB00001,stats", PackingHall.Person.asha, 200), ("area:jaipur", .asha, 404),
                ("parent:M444-00001", .asha, 404), ("parent:M444-00001", .biller, 200),
                ("parent:SB00009", .biller, 404),
                ("area:atlantis", .biller, 404), ("bill:1", .biller, 404), ("job:1", .biller, 404),
                ("weather", .asha, 422),
                ("", .asha, 422), (Array(repeating: "stats", count: 21).joined(separator: ","), .asha, 422),
            ] {
                let answer = await desk.get("stream?topics=\(topics)", as: person)
                #expect(answer.status == status, "\(topics) for \(person)")
                // Pages ask so before they open a stream again.
                let asked = await desk.client.send(
                    .head, "/bags/api/v1/stream?topics=\(topics)", ["authorization": "Bearer \(person)"], body: [])
                #expect(asked.status == status, "HEAD of \(topics) for \(person)")
            }
        }
    }

    @Test("tells scans to those who watch the area or the sack, and nobody else", arguments: TestEngine.available)
    func scans(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let live = hall.liveUpdates()
            let watched: [Set<String>] = [
                [LiveTopics.area("lucknow")], [LiveTopics.parent("SB00001", view: "lucknow")],
                [LiveTopics.parent("SB00001", view: nil)], [LiveTopics.parent("SB00001", view: "jaipur")],
                [LiveTopics.area("jaipur")], [LiveTopics.parent("SB00002", view: nil)],
            ]
            let told = try await frames(live, watched) {
                try await hall.fill("SB00001", with: 1)
                live.take(try await settled(hall, count: 2))
            }
            let scans = told.map { $0.filter { $0.contains("event: scan") }.count }
            #expect(scans == [2, 2, 2, 0, 0, 0])
            #expect(told[0].contains { $0.contains("\"code\":\"1000001\"") && $0.contains("\"child_count\":1") })
            #expect(!told[0].contains { $0.contains("area_code") })
        }
    }

    @Test("tells a bill to those who watch it or its area", arguments: TestEngine.available)
    func bills(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let live = hall.liveUpdates()
            let watched: [Set<String>] = [
                [LiveTopics.bill("1")], [LiveTopics.area("lucknow")], [LiveTopics.bill("2")],
                [LiveTopics.area("jaipur")],
            ]
            let told = try await frames(live, watched) {
                try await hall.packed("SB00001", bags: 1)
                let bill = try await hall.openBill()
                try await hall.addToBill("SB00001", bill)
                live.take(try await settled(hall, count: 5))
            }
            #expect(told.map { $0.filter { $0.contains("event: bill") }.count } == [2, 2, 0, 0])
            #expect(told[0].last { $0.contains("event: bill") }?.contains("\"linked_count\":1") == true)
            let desk = try await ReadingDesk(hall)
            for (person, status) in [(PackingHall.Person.asha, 200), (.biller, 200), (.jaipur, 404)] {
                #expect(await desk.get("stream?topics=bill:1", as: person).status == status)
            }
        }
    }

    @Test("tells figures once for many changes", arguments: TestEngine.available)
    func stats(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let live = hall.liveUpdates()
            let watched: [Set<String>] = [
                [LiveTopics.stats("lucknow")], [LiveTopics.stats(nil)], [LiveTopics.stats("jaipur")],
            ]
            let told = try await frames(live, watched) {
                try await hall.fill("SB00001", with: 5)
                live.take(try await settled(hall, count: 6))
                try await live.tellStats()
                try await live.tellStats()
            }
            #expect(told.map { $0.filter { $0.contains("event: stats") }.count } == [2, 2, 1])
            #expect(told[0].last { $0.contains("event: stats") }?.contains("\"linked\":5") == true)
            for frame in told.flatMap(\.self) where frame.contains("event: ") { #expect(frame.hasPrefix("id: ")) }
        }
    }

    @Test("a client that comes back gets what it missed, or is told to begin anew", arguments: TestEngine.available)
    func replay(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 3)
            let live = hall.liveUpdates()
            let events = try await settled(hall, count: 4)
            let topics: Set<String> = [LiveTopics.area("lucknow")]
            let request = ReplayRequest(position: events[1].position, topics: topics)
            let page = try #require(await live.replay.page(request))
            #expect(page.messages.map(\.position) == events.dropFirst(2).map { Optional($0.position) })
            #expect(page.isLast && page.isOfAllTopics)
            let tooOld = try await live.replay.page(ReplayRequest(position: .start, topics: topics))
            #expect(tooOld == nil)
            try await hall.database.write { try $0.execute("test.prune", "DELETE FROM event_outbox") }
            let gone = try await live.replay.page(request)
            #expect(gone == nil)
        }
    }

    @Test(
        "goes on from the id in the address, and from that of the header where both come", .timeLimit(.minutes(10)),
        arguments: TestEngine.available)
    func lastIDs(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await hall.fill("SB00001", with: 3)
            let ids = try await settled(hall, count: 4).map(\.position.text)
            let desk = try await ReadingDesk(hall)
            let asked: Headers = ["authorization": "Bearer asha"]
            let sent: Headers = ["authorization": "Bearer asha", "last-event-id": ids[2]]
            for (headers, missed) in [(asked, Array(ids[1...])), (sent, Array(ids[3...]))] {
                let answer = await desk.client.get(
                    "/bags/api/v1/stream?topics=area:lucknow&last_event_id=\(ids[0])", headers)
                guard case .stream(let write) = answer.response.body else {
                    Issue.record("not a stream: \(answer.status)")
                    return
                }
                let reader = Reader()
                let reading = Task { try? await write(reader) }
                while !reader.ids.contains(ids[3]), !Task.isCancelled { await Task.yield() }
                reading.cancel()
                _ = await reading.value
                #expect(reader.ids == missed)
            }
        }
    }

    /// What several streams write until the hub closes, one for each set of topics.
    private func frames(
        _ live: LiveUpdates, _ topics: [Set<String>], while body: @escaping @Sendable () async throws -> Void
    ) async throws -> [[String]] {
        let readers = topics.map { _ in Reader() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (reader, topics) in zip(readers, topics) {
                guard
                    case .stream(let write) = live.stream.response(
                        topics: topics, lastEventID: nil, standing: { .allowed }
                    ).body
                else { continue }
                group.addTask { try await write(reader) }
            }
            // The first frame, and the figures as they stand for those who watch them.
            for (reader, topics) in zip(readers, topics) {
                let first = topics.contains { $0.hasPrefix("stats@") } ? 2 : 1
                while reader.frames.count < first { await Task.yield() }
            }
            try await body()
            live.hub.close()
            try await group.waitForAll()
        }
        return readers.map(\.frames)
    }

    /// The events as the outbox gives them, once nothing holds them back.
    private func settled(_ hall: PackingHall, count: Int) async throws -> [PublishedEvent] {
        while true {
            let events = try await hall.database.read {
                try hall.outbox.events(after: .start, through: EventPosition(id: .max), limit: 100, in: $0)
            }
            if events.count >= count { return events }
            await Task.yield()
        }
    }
}

extension PackingHall {
    /// Live updates over the hall.
    func liveUpdates(_ configuration: TopicHub.Configuration = LiveUpdates.memory) -> LiveUpdates {
        LiveUpdates(services: services, stats: StatsReader(clock: clock), metrics: metrics, configuration)
    }
}
