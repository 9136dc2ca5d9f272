import Portico
import PorticoTesting
import Synchronization
import Testing

@testable import BagTracking

/// How live updates treat their clients: slow ones, many of one person, and those who wait for a job.
@Suite(.timeLimit(.minutes(10))) struct LiveClientsTests {
    /// Collects what a stream writes.
    private final class Reader: BodyWriter {
        private let text = Mutex("")

        func write(_ bytes: [UInt8]) async throws {
            text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }

        var frames: [String] {
            text.withLock { $0.split(separator: "\n\n").map { String($0) } }
        }

        func events(_ event: String) -> [String] { frames.filter { $0.contains("event: \(event)\n") } }
    }

    /// Runs a stream until the hub closes. It writes only when `mayWrite` rings.
    private func run(
        _ live: LiveUpdates, _ topics: Set<String>, to reader: Reader, mayWrite: EventBell? = nil
    ) -> Task<Void, Never> {
        let response = live.stream.response(topics: topics, lastEventID: nil) {
            await mayWrite?.wait(atMost: .seconds(60))
            return .allowed
        }
        return Task {
            guard case .stream(let write) = response.body else { return }
            try? await write(reader)
        }
    }

    /// The events after a position, once there are any.
    private func events(_ hall: PackingHall, after position: EventPosition) async throws -> [PublishedEvent] {
        while true {
            let events = try await hall.database.read {
                try hall.outbox.events(after: position, through: EventPosition(id: .max), limit: 100, in: $0)
            }
            if !events.isEmpty { return events }
            await Task.yield()
        }
    }

    @Test("what they do shows among the figures of the node")
    func figures() async throws {
        try await withApp { app in
            let text = String(decoding: app.environment.metrics.prometheusText(), as: UTF8.self)
            for name in ["connections", "subscriptions", "published_total", "resumes_total", "cut_total"] {
                #expect(text.contains("portico_realtime_\(name)"), "\(name)")
            }
        }
        try await withHall(on: .sqlite) { hall in
            let live = hall.liveUpdates()
            live.hub.publish([TopicMessage(position: nil, topics: ["x"], event: "e", data: .null)])
            let text = String(decoding: hall.metrics.prometheusText(), as: UTF8.self)
            #expect(text.contains("portico_realtime_published_total 1"))
        }
    }

    @Test("a slow one gets the latest figures and the latest of a job", arguments: TestEngine.available)
    func slow(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            var configuration = LiveUpdates.memory
            configuration.capacity = 3
            configuration.batchSpan = .milliseconds(0)
            let live = hall.liveUpdates(configuration)
            let (reader, bell) = (Reader(), EventBell())
            let topics: Set<String> = [LiveTopics.stats("lucknow"), LiveTopics.job(7)]
            let task = run(live, topics, to: reader, mayWrite: bell)
            while reader.events("stats").isEmpty { await Task.yield() }

            var position = EventPosition.start
            for number in 1...9 {
                try await hall.scanParent("SB0000\(number)")
                try await hall.database.write { [outbox = hall.outbox, now = hall.clock.now()] transaction in
                    let payload: JSONValue = [
                        "id": "7", "name": "x", "state": "running",
                        "progress": ["done": .integer(Int64(number)), "total": 9],
                    ]
                    try outbox.publish(Event(JobChange.kind, key: "job:7", payload: payload, at: now), in: transaction)
                }
                let new = try await events(hall, after: position)
                position = new.last?.position ?? position
                live.take(new)
                try await live.tellStats()
            }
            while reader.events("stats").last?.contains("\"empty\":9") != true
                || reader.events("job").last?.contains("\"done\":9") != true
            {
                bell.ring()
                await Task.yield()
            }
            #expect(reader.events("reset").isEmpty)
            #expect(reader.events("stats").count < 9)
            live.hub.close()
            bell.ring()
            await task.value
        }
    }

    @Test("a person has so many streams, and one more is refused for now", arguments: TestEngine.available)
    func manyStreams(engine: TestEngine) async throws {
        var settings = BagSettings(publicURL: "https://bags.test")
        settings.streamsPerUser = 2
        try await withHall(on: engine, settings: settings) { hall in
            let live = hall.liveUpdates()
            let stream = live.stream
            func open(_ user: String) throws -> Response {
                try stream.response(topics: ["stats@*"], lastEventID: nil, user: user) { .allowed }
            }
            let first = [try open("1"), try open("1")]
            let refusal = #expect(throws: Problem.self) { _ = try open("1") }
            #expect(refusal?.status.code == 429)
            #expect(refusal?.code == "too_many_streams")
            #expect(refusal?.headers["retry-after"] == "5")
            _ = try open("2")
            #expect(first.count == 2)
        }
    }

    @Test("whoever comes late is told how the job stands", arguments: TestEngine.available)
    func late(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let job = try await hall.services.send(yesterday(hall), by: hall.caller(.biller))
            let live = hall.liveUpdates()
            _ = try await hall.database.write { [jobs = hall.services.jobs] in try jobs.cancel(job.id, in: $0) }
            let reader = Reader()
            let task = run(live, [LiveTopics.job(job.id)], to: reader)
            while reader.events("job").isEmpty { await Task.yield() }
            #expect(reader.events("job")[0].contains("\"state\":\"cancelled\""))
            live.hub.close()
            await task.value
        }
    }

    @Test("a summary that was asked for is told like an import, whatever ends it", arguments: TestEngine.available)
    func summary(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let job = try await hall.services.send(yesterday(hall), by: hall.caller(.biller))
            let live = hall.liveUpdates()
            let reader = Reader()
            let task = run(live, [LiveTopics.job(job.id)], to: reader)
            while reader.events("job").isEmpty { await Task.yield() }
            _ = try await hall.database.write { [jobs = hall.services.jobs] in try jobs.cancel(job.id, in: $0) }
            live.take(try await events(hall, after: .start).filter { $0.event.kind == JobChange.kind })
            while reader.events("job").count < 2 { await Task.yield() }
            let told = reader.events("job")[1]
            #expect(told.contains("{\"id\":\"\(job.id)\",\"state\":\"cancelled\",\"progress\":"))
            #expect(!told.contains("name"))
            live.hub.close()
            await task.value
        }
    }

    private func yesterday(_ hall: PackingHall) -> WarehouseDay {
        WarehouseDay(containing: hall.clock.now()).before
    }

    @Test("imports are told all together to those who run them, and to nobody else", arguments: TestEngine.available)
    func imports(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let desk = try await ReadingDesk(hall)
            #expect(await desk.get("stream?topics=imports", as: .asha).status == 422)
            #expect(await desk.get("stream?topics=imports", as: .admin).status == 200)
            let change = Event(
                JobChange.kind, key: "job:3",
                payload: ["id": "3", "name": .string(ImportJob.name), "state": "failed", "progress": [:]],
                at: hall.clock.now())
            let message = LiveMessage.of(PublishedEvent(position: EventPosition(id: 1), event: change))
            #expect(message?.topics == ["job:3", "imports"])
        }
    }
}
