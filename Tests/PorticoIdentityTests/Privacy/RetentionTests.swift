import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct RetentionTests {
    private static let visits = SchemaComponent(
        name: "visits",
        migrations: [
            Migration(1, "visits") { dialect in
                """
                CREATE TABLE visits (
                    id \(dialect.identity), kind \(dialect.text) NOT NULL, ended_at \(dialect.integer)) \(dialect.strict);
                CREATE INDEX visits_end ON visits (ended_at);
                """
            }
        ])

    private func withVisits(
        on engine: TestEngine, _ body: (Database) async throws -> Void
    ) async throws {
        try await withDatabase(on: engine, components: [IdentitySchema.component, Self.visits]) { database in
            try await database.write { transaction in
                for day: Int64 in 1...10 {
                    let end: Instant? = day == 10 ? nil : Office.started + .days(day)
                    try transaction.execute(
                        "test.visit",
                        "INSERT INTO visits (kind, ended_at) VALUES (\(day == 2 ? "kept" : "usual"), \(end))")
                }
            }
            try await body(database)
        }
    }

    private func count(_ table: String, _ database: Database) async throws -> Int {
        try await database.read {
            try $0.scalar("test.count", SQL(trusted: "SELECT count(*) FROM \(table)"), as: Int.self) ?? 0
        }
    }

    @Test("removes what has been kept long enough, in batches, and audits how much", arguments: TestEngine.available)
    func rows(engine: TestEngine) async throws {
        try await withVisits(on: engine) { database in
            let rule = RetentionRule.rows(
                "visits", of: "visits", by: "ended_at", keptFor: .days(30), where: "kind = \("usual")")
            let retention = Retention([rule], in: database, batch: 2)
            let now = Office.started + .days(36)
            #expect(try await retention.run(at: now) == [Retention.Count(rule: "visits", rows: 5)])
            #expect(try await count("visits", database) == 5)
            #expect(try await retention.run(at: now) == [Retention.Count(rule: "visits", rows: 0)])
            let audited = try await database.read {
                try $0.all("test.audit", "SELECT entity_id, after FROM audit_rows ORDER BY seq") {
                    [try String.read($0, 0), try String.read($0, 1)]
                }
            }
            #expect(audited == [["visits", #"{"rows":2}"#], ["visits", #"{"rows":2}"#], ["visits", #"{"rows":1}"#]])
        }
    }

    @Test("runs rules of the application's own making until nothing is left", arguments: TestEngine.available)
    func custom(engine: TestEngine) async throws {
        try await withVisits(on: engine) { database in
            let rule = RetentionRule.custom("visits.kind", isAudited: false) { now, limit, transaction in
                try transaction.execute(
                    "test.blank",
                    """
                    UPDATE visits SET kind = '' WHERE id IN (
                        SELECT id FROM visits WHERE kind <> '' AND ended_at <= \(now) ORDER BY id LIMIT \(limit))
                    """)
            }
            let counts = try await Retention([rule], in: database, batch: 3).run(at: Office.started + .days(9))
            #expect(counts.map(\.rows) == [9])
            #expect(try await count("audit_rows", database) == 0)
        }
    }

    @Test("keeps nothing of the application's that is due and nothing else", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await withVisits(on: engine) { database in
            let rule = RetentionRule.rows("visits", of: "visits", by: "ended_at", keptFor: .days(0))
            let retention = Retention([rule], in: database, batch: 1)
            let removed = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await retention.run(at: Office.started + .days(20)).map(\.rows).reduce(0, +) }
                }
                return try await group.reduce(0, +)
            }
            #expect(removed <= 9)
            _ = try await retention.run(at: Office.started + .days(20))
            #expect(try await count("visits", database) == 1)
        }
    }
}
