import Logging
import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What operators see of events and their consumers, and do about what was put aside.
@Suite(.timeLimit(.minutes(5))) struct EventConsoleTests {
    private static let page = "/bags/ops/events"

    /// Puts events aside for a consumer, as it would: a dead letter, one behind it, and one that is tried again.
    private func park(_ app: AppHarness) async throws {
        let rows: [(id: Int64, key: String, state: String)] = [
            (7001, "a", "dead"), (7002, "a", "behind"), (7003, "b", "retrying"),
        ]
        let now = app.clock.now()
        try await app.database.write { transaction in
            for row in rows {
                try transaction.execute(
                    "test.park",
                    """
                    INSERT INTO event_parked
                        (consumer, id, kind, key, payload, at, state, tries, reason, due_at, parked_at)
                    VALUES ('ledger', \(row.id), 'bag.created', \(row.key),
                        '{"code":"SB1<b>","api_token":"s3cr3t","inner":{"password":"hunter2"}}',
                        \(now), \(row.state), 8, 'it was <wrong>', \(now + .minutes(5)), \(now))
                    """)
            }
        }
    }

    private func states(_ app: AppHarness) async throws -> [String] {
        try await app.database.read {
            try $0.all("test.parked", "SELECT id, state, tries FROM event_parked ORDER BY id") {
                "\(try $0[0] as Int64) \(try $0[1] as String) \(try $0[2] as Int)"
            }
        }
    }

    private func actions(_ app: AppHarness) async throws -> [String] {
        try await app.database.read {
            try $0.all("test.audit", "SELECT action FROM audit_rows WHERE action LIKE 'event.%' ORDER BY seq") {
                try $0[0] as String
            }
        }
    }

    @Test("nobody but operators sees events or does anything about them")
    func isForOperators() async throws {
        try await withApp(on: .sqlite) { app async throws in
            try await park(app)
            let dispatcher = try await app.client("dispatcher")
            #expect(await dispatcher.get(Self.page).status == 403)
            #expect(await app.stranger().get(Self.page).status == 303)
            let admin = try await app.client("admin")
            let page = await admin.get("\(Self.page)?consumer=ledger")
            #expect(page.status == 200)
            let refused = await dispatcher.submit(
                "\(Self.page)/discard", ["consumer": "ledger", "id": "7001"])
            #expect(refused.status == 403)
            #expect(try await states(app).count == 3)
        }
    }

    @Test("shows who is behind and what lies aside, without secrets", arguments: TestEngine.available)
    func shows(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await park(app)
            let admin = try await app.client("admin")
            let all = await admin.get(Self.page)
            #expect(all.status == 200 && all.text.contains("ledger") && all.text.contains("Has given events up"))
            let one = await admin.get("\(Self.page)?consumer=ledger").text
            #expect(one.contains("it was &lt;wrong&gt;") && one.contains("SB1&lt;b&gt;"))
            #expect(one.contains("Given up") && one.contains("Waits behind") && one.contains("Tried again"))
            #expect(!one.contains("s3cr3t") && !one.contains("hunter2") && one.contains("(hidden)"))
            #expect(!one.contains("Build anew") && !one.contains("Handle again"))
            let rest = await admin.get("\(Self.page)?consumer=ledger&after=7002").text
            #expect(rest.contains("#7003") && !rest.contains("#7001"))
            #expect(await admin.get("\(Self.page)?consumer=nobody").status == 404)
        }
    }

    @Test("what lies aside is tried again, given up, and written down", arguments: TestEngine.available)
    func acts(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            try await park(app)
            let admin = try await app.client("admin")
            let page = await admin.get("\(Self.page)?consumer=ledger")
            let behind = await admin.submit("\(Self.page)/retry", ["consumer": "ledger", "id": "7002"], from: page)
            #expect(behind.status == 404)
            let again = await admin.submit("\(Self.page)/retry", ["consumer": "ledger", "id": "7001"], from: page)
            #expect(again.status == 303)
            #expect(try await states(app) == ["7001 retrying 0", "7002 behind 8", "7003 retrying 8"])
            let fresh = await admin.get("\(Self.page)?consumer=ledger")
            let all = await admin.submit("\(Self.page)/retry", ["consumer": "ledger"], from: fresh)
            #expect(all.status == 303)
            #expect(try await states(app) == ["7001 retrying 0", "7002 behind 8", "7003 retrying 0"])
            let next = await admin.get("\(Self.page)?consumer=ledger")
            let gone = await admin.submit("\(Self.page)/discard", ["consumer": "ledger", "id": "7001"], from: next)
            #expect(gone.status == 303)
            // The one behind it follows.
            #expect(try await states(app) == ["7002 retrying 8", "7003 retrying 0"])
            let last = await admin.get("\(Self.page)?consumer=ledger")
            let twice = await admin.submit("\(Self.page)/discard", ["consumer": "ledger", "id": "7001"], from: last)
            #expect(twice.status == 404)
            #expect(try await actions(app) == ["event.retried", "event.retried", "event.discarded"])
        }
    }

    @Test("a consumer that would count twice is neither rewound nor built anew")
    func refuses() async throws {
        try await withApp(on: .sqlite) { app async throws in
            try await park(app)
            let admin = try await app.client("admin")
            let page = await admin.get("\(Self.page)?consumer=ledger")
            let rewound = await admin.submit(
                "\(Self.page)/rewind", ["consumer": "ledger", "position": "0"], from: page)
            #expect(rewound.status == 409)
            let wrong = await admin.submit(
                "\(Self.page)/rewind", ["consumer": "ledger", "position": "far"],
                from: await admin.get("\(Self.page)?consumer=ledger"))
            #expect(wrong.status == 422)
            let rebuilt = await admin.submit(
                "\(Self.page)/rebuild", ["consumer": "ledger"],
                from: await admin.get("\(Self.page)?consumer=ledger"))
            #expect(rebuilt.status == 409)
            #expect(try await actions(app).isEmpty)
        }
    }

    /// Counts events by kind, by generation.
    private struct Tally: RebuildableProjection {
        let name = "test.tally"
        let kinds = ["thing.happened"]

        func apply(_ events: [PublishedEvent], to generation: Int64, in transaction: Transaction) throws {
            try transaction.execute(
                "test.count", "UPDATE test_tally SET n = n + \(events.count), generation = \(generation)")
        }

        func clear(_ generation: Int64, limit: Int, in transaction: Transaction) throws -> Int { 0 }
    }

    @Test("a projection is built anew by a job that says how far it is", arguments: TestEngine.available)
    func rebuilds(engine: TestEngine) async throws {
        try await withApp(on: engine) { app async throws in
            let outbox = EventOutbox(log: EventLogPolicy([.forever("thing.*")]))
            let jobs = app.environment.jobs
            let now = app.clock.now()
            let ticket = try await app.database.write { transaction in
                try transaction.execute(
                    "test.table",
                    "CREATE TABLE test_tally (n BIGINT NOT NULL, generation BIGINT NOT NULL)")
                try transaction.execute("test.row", "INSERT INTO test_tally (n, generation) VALUES (0, 1)")
                for number in 0..<5 {
                    try outbox.publish(
                        Event("thing.happened", key: "\(number)", payload: [:], at: now), in: transaction)
                }
                try transaction.execute(
                    "test.position",
                    "INSERT INTO event_positions (projection, id) SELECT 'test.tally', max(id) FROM event_outbox")
                return try jobs.enqueue(RebuildProjection(projection: "test.tally"), in: transaction)
            }
            let console = EventConsole(
                outbox: outbox, database: app.database, queue: jobs, clock: app.clock, rebuildable: [Tally()])
            var book = JobBook()
            console.handle(in: &book)
            try await JobWorker(
                database: app.database, queue: jobs, book: book,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: MetricsRegistry(),
                configuration: JobWorker.Configuration(application: "bags")
            ).runUntilIdle()
            let (row, job) = try await app.database.read { reading in
                (
                    try reading.first("test.tally", "SELECT n, generation FROM test_tally") {
                        [try $0[0] as Int64, try $0[1] as Int64]
                    },
                    try jobs.record(ticket.id, in: reading)
                )
            }
            #expect(row == [5, 2])
            #expect(job?.state == .succeeded && job?.done == job?.total)
        }
    }
}
