import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What a client of the live stream gets that was away for long: its own, all of it and in order, or an honest no.
@Suite(.timeLimit(.minutes(10))) struct LiveReplayTests {
    /// Scans of several areas in turn, written as events without the scans.
    private func publish(_ count: Int, from first: Int = 1, areas: [String], in hall: PackingHall) async throws {
        try await hall.database.write { [outbox = hall.outbox, now = hall.clock.now()] transaction in
            let events = (first..<(first + count)).map { number in
                let payload: JSONValue = [
                    "scan_id": .string("\(number)"), "kind": "parent", "outcome": "created",
                    "code": .string("SB\(number)"),
                ]
                return Event(ScanEvents.accepted, key: areas[number % areas.count], payload: payload, at: now)
            }
            for start in stride(from: 0, to: events.count, by: 500) {
                try outbox.publish(Array(events[start..<min(start + 500, events.count)]), in: transaction)
            }
        }
    }

    /// What is kept, with the area of each.
    private func kept(_ hall: PackingHall) async throws -> [(position: EventPosition, area: String)] {
        try await hall.database.read { reading in
            try reading.all("test.kept", "SELECT id, key FROM event_outbox ORDER BY id") {
                (position: EventPosition(id: try $0[0] as Int64), area: try $0[1] as String)
            }
        }
    }

    /// All pages after a position; nil when there is a no among them.
    private func read(
        _ replay: LiveReplay, _ topics: Set<String>, after start: EventPosition
    ) async throws -> [ReplayPage]? {
        var (pages, position) = ([ReplayPage](), start)
        repeat {
            let request = ReplayRequest(position: position, topics: topics, isFirst: pages.isEmpty)
            guard let page = try await replay.page(request) else { return nil }
            #expect(page.isLast || page.through > position)
            pages.append(page)
            position = page.through
        } while pages.last?.isLast == false
        return pages
    }

    private func replay(
        _ hall: PackingHall, together: Int64 = 100, page: Int = 200, most: Int = 4000
    ) -> LiveReplay {
        LiveReplay(
            database: hall.database, outbox: hall.outbox,
            limits: LiveReplay.Limits(together: together, page: page, most: most))
    }

    @Test("many events of other areas keep nobody from resuming", arguments: TestEngine.available)
    func ownArea(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            // More than were ever read for one client, and more than the bound of its area.
            try await publish(6000, areas: ["lucknow", "jaipur", "indore"], in: hall)
            let all = try await kept(hall)
            let topics: Set<String> = [LiveTopics.area("lucknow"), LiveTopics.stats("lucknow")]
            let pages = try #require(await read(replay(hall, most: 2500), topics, after: all[0].position))
            #expect(pages.count > 5)
            let told = pages.flatMap(\.messages).map(\.position)
            #expect(told == all.dropFirst().filter { $0.area == "lucknow" }.map { Optional($0.position) })
        }
    }

    @Test("several areas come in one order, and none leaves gaps in a page", arguments: TestEngine.available)
    func severalAreas(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await publish(600, areas: ["lucknow"], in: hall)
            try await publish(900, from: 601, areas: ["jaipur", "lucknow", "indore"], in: hall)
            let all = try await kept(hall)
            let topics: Set<String> = [LiveTopics.area("lucknow"), LiveTopics.area("jaipur")]
            let pages = try #require(await read(replay(hall), topics, after: all[9].position))
            let told = pages.flatMap(\.messages).map(\.position)
            #expect(told == all.dropFirst(10).filter { $0.area != "indore" }.map { Optional($0.position) })
        }
    }

    @Test("above the bound of its own areas a client is told to load anew, at once", arguments: TestEngine.available)
    func bound(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await publish(1000, areas: ["lucknow"], in: hall)
            let first = try await kept(hall)[0].position
            let topics: Set<String> = [LiveTopics.area("lucknow")]
            let allowed = try await read(replay(hall, most: 999), topics, after: first)
            #expect(allowed?.flatMap(\.messages).count == 999)
            let refused = try await read(replay(hall, most: 998), topics, after: first)
            #expect(refused == nil)
            let other = try await read(replay(hall, most: 0), [LiveTopics.area("jaipur")], after: first)
            #expect(other?.flatMap(\.messages).isEmpty == true)
        }
    }

    @Test("sacks, bills and jobs have their events under areas and jobs", arguments: TestEngine.available)
    func subjects(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            let bill = try await hall.openBill()
            try await publish(500, areas: ["lucknow", "jaipur"], in: hall)
            try await hall.database.write { [outbox = hall.outbox, now = hall.clock.now()] transaction in
                let changes = [(JobChange.kind, "job:7"), (JobChange.kind, "job:8"), (BillEvents.changed, "lucknow")]
                for (kind, key) in changes {
                    let payload: JSONValue = ["id": kind == JobChange.kind ? "7" : "1", "state": "running"]
                    try outbox.publish(Event(kind, key: key, payload: payload, at: now), in: transaction)
                }
            }
            let first = try await kept(hall)[0].position
            func told(_ topic: String) async throws -> [String] {
                let pages = try #require(await read(replay(hall), [topic], after: first))
                return pages.flatMap(\.messages).filter { $0.topics.contains(topic) }.map(\.event)
            }
            #expect(bill == 1)
            #expect(try await told(LiveTopics.job(7)) == ["job"])
            #expect(try await told(LiveTopics.bill("1")).last == "bill")
            #expect(try await told(LiveTopics.parent("SB6", view: "lucknow")) == ["scan"])
            #expect(try await told(LiveTopics.parent("SB7", view: nil)) == ["scan"])
            #expect(try await told(LiveTopics.parent("SB7", view: "lucknow")).isEmpty)
        }
    }

    @Test("the own events are found by their index, without looking at the others", arguments: TestEngine.available)
    func plan(engine: TestEngine) async throws {
        try await withHall(on: engine) { hall in
            try await publish(3000, areas: (1...30).map { "area-\($0)" }, in: hall)
            if engine == .postgresql {
                try await hall.database.write { try $0.execute("test.analyze", "ANALYZE event_outbox") }
            }
            let explain: SQL = hall.database.dialect == .sqlite ? "EXPLAIN QUERY PLAN" : "EXPLAIN"
            let plan = try await hall.database.read { reading in
                try reading.all(
                    "test.explain",
                    """
                    \(explain) SELECT id, kind, key, payload, at FROM event_outbox
                    WHERE key = \("area-7") AND id > \(10 as Int64) AND id <= \(3000 as Int64) ORDER BY id LIMIT \(50)
                    """
                ) { try $0[hall.database.dialect == .sqlite ? 3 : 0] as String }
            }.joined(separator: "\n")
            #expect(plan.contains("event_outbox_key"), "\(plan)")
        }
    }
}
