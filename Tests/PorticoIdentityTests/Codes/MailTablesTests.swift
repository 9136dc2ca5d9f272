import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoIdentity

@Suite struct MailTablesTests {
    @Test(
        "adds its tables to a database of before, and changes no step that was applied", arguments: TestEngine.available
    )
    func migration(engine: TestEngine) async throws {
        let all = IdentitySchema.component
        let before = SchemaComponent(name: all.name, migrations: Array(all.migrations.prefix(4)))
        try await withDatabase(on: engine, components: [before]) { database in
            try await database.write { transaction in
                try transaction.execute(
                    "test.account",
                    """
                    INSERT INTO accounts (email, email_key, name, role, created_at)
                    VALUES ('a@example.org', 'a@example.org', 'Asha', 'packer', 0)
                    """)
            }
            let applied = try await database.migrate([all], at: Office.started)
            let later = all.migrations.dropFirst(4).map { "identity/\($0.number)" }
            #expect(applied.map { String($0.prefix { $0 != " " }) } == later)
            #expect(later.starts(with: ["identity/5", "identity/6", "identity/7", "identity/8"]))
            #expect(try await database.migrate([all], at: Office.started) == [])
            let kept = try await database.read {
                try $0.scalar("test.name", "SELECT name FROM accounts", as: String.self)
            }
            #expect(kept == "Asha")
        }
    }
}
