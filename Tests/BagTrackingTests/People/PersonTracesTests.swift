import PorticoTesting
import Testing

@testable import BagTracking
@testable import Portico

/// What is left of somebody who was erased, where rows name them and do not number them.
@Suite(.timeLimit(.minutes(5))) struct PersonTracesTests {
    private static let api = "/bags/api/v1"
    private static let name = "Ravindra Prasad"
    private static let email = "dispatcher@bags.demo"

    /// Somebody whose name is in messages to a receiver of webhooks and in refused rows of an import.
    /// - Returns: the number of the account.
    private func work(_ app: AppHarness, _ admin: TestClient) async throws -> Int64 {
        let id = try await app.database.write { transaction -> Int64? in
            try transaction.execute(
                "test.import",
                """
                INSERT INTO imports (job_id, file_id, file_name, kind, dry_run, on_error, user_id, user_name,
                    request_id, ip, created_at)
                VALUES (900, 1, 'a.csv', 'bills', 0, 'skip', 999, 'Somebody', 'r', '192.0.2.7', 0)
                """)
            let values = ["For RAVINDRA prasad", Self.email, "nobody", "Prasad"]
            for (row, value) in values.enumerated() {
                try transaction.execute(
                    "test.error",
                    """
                    INSERT INTO import_errors (job_id, seq, row_number, code, message, value)
                    VALUES (900, \(row + 1), 2, 'invalid', 'Is wrong.', \(value))
                    """)
            }
            return try transaction.scalar(
                "test.rename", "UPDATE accounts SET name = \(Self.name) WHERE email = \(Self.email) RETURNING id",
                as: Int64.self)
        }
        let wish: JSONValue = ["url": "https://display.example.org/x", "events": ["*"]]
        #expect(await admin.post("\(Self.api)/webhooks", wish).status == 201)
        let person = try await app.client("dispatcher")
        #expect(await person.post("\(Self.api)/scans/parent", ["code": "SB00001"]).status == 201)
        let bag: JSONValue = ["parent": "SB00001", "code": "1234567"]
        #expect(await person.post("\(Self.api)/scans/child", bag).status == 201)
        return try #require(id)
    }

    private func perform(_ app: AppHarness, _ desk: WebhookDesk, batch: Int) async throws {
        var book = JobBook()
        PersonTraces(database: app.database, webhooks: desk, batch: batch).register(in: &book)
        try await JobWorker(
            database: app.database, queue: app.environment.jobs, book: book, logger: app.environment.logger,
            metrics: MetricsRegistry(), configuration: JobWorker.Configuration(application: "bags")
        ).runUntilIdle()
    }

    private func column(_ sql: SQL, in app: AppHarness) async throws -> [String?] {
        try await app.database.read { try $0.all("test.column", sql) { try String?.read($0, 0) } }
    }

    @Test(
        "half an hour after an erasure neither name nor address stands anywhere but in the audit and in events",
        arguments: TestEngine.available)
    func erases(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let id = try await work(app, admin)
            let desk = try await app.tellWebhooks()
            let before = try await app.tables(holding: Self.name)
            #expect(before.isSuperset(of: ["accounts", "webhook_deliveries"]) && !before.contains("scans"))
            #expect(await admin.post("\(Self.api)/users/\(id)/erase").status == 200)
            // The job that knows the name does not tell it.
            #expect(try await !app.tables(holding: Self.name).contains("jobs"))
            try await perform(app, desk, batch: 1)
            #expect(try await app.tables(holding: Self.name).contains("webhook_deliveries"))
            app.clock.advance(by: .minutes(31))
            try await perform(app, desk, batch: 1)
            #expect(try await app.tables(holding: Self.name).isSubset(of: ["audit_rows", "event_outbox"]))
            #expect(try await app.tables(holding: Self.email).isSubset(of: ["audit_rows"]))
            #expect(
                try await column("SELECT value FROM import_errors ORDER BY seq", in: app)
                    == [nil, nil, "nobody", "Prasad"])
            let masked = try await column("SELECT body FROM webhook_deliveries", in: app)
                .filter { $0?.contains("\"user_name\":\"\(PersonTraces.nobody)\"") == true }
            #expect(masked.count == 2)
            let audited = try await column(
                "SELECT after FROM audit_rows WHERE action = 'account.traces_erased' ORDER BY seq", in: app)
            let (message, value) = (#"{"rows":{"webhook_deliveries":1}}"#, #"{"rows":{"import_errors":1}}"#)
            #expect(audited == [message, message, value, value])
        }
    }

    @Test(
        "somebody else of the same name is left alone where a message says whose it is",
        arguments: TestEngine.available)
    func namesake(engine: TestEngine) async throws {
        try await withApp(on: engine) { app in
            let admin = try await app.client("admin")
            let id = try await work(app, admin)
            try await app.database.write {
                _ = try $0.execute(
                    "test.namesake",
                    "UPDATE accounts SET name = \(Self.name) WHERE email = 'dispatcher.indore@bags.demo'")
            }
            let other = try await app.client("dispatcher.indore")
            #expect(await other.post("\(Self.api)/scans/parent", ["code": "SB00002"]).status == 201)
            let desk = try await app.tellWebhooks()
            #expect(await admin.post("\(Self.api)/users/\(id)/erase").status == 200)
            app.clock.advance(by: .minutes(31))
            try await perform(app, desk, batch: 10)
            let bodies = try await column("SELECT body FROM webhook_deliveries", in: app)
            func naming(_ name: String) -> Int {
                bodies.count { $0?.contains("\"user_name\":\"\(name)\"") == true }
            }
            #expect(naming(PersonTraces.nobody) == 2 && naming(Self.name) == 1)
        }
    }

    @Test("a short name is found where nothing else stands, a longer one in a text, an address anywhere")
    func names() throws {
        func person(_ name: String) throws -> ForgetPerson {
            try ForgetPerson(payload: ["id": 7, "name": .string(name), "email": "Ravi@bags.demo"])
        }
        let (short, long) = (try person("Ram"), try person("Ravindra Prasad"))
        #expect(short.isNamed(in: "RAM") && !short.isNamed(in: "Ramnagar") && short.isNamed(in: "to ravi@BAGS.demo"))
        #expect(long.isNamed(in: "seen by ravindra prasad.") && !long.isNamed(in: "Ravindra"))
    }
}
