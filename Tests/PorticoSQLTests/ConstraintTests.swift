import PorticoSQL
import PorticoTesting
import Testing

@Suite("Constraints")
struct ConstraintTests {
    @Test("on keys are told by code and name", arguments: TestEngine.available)
    func unique(engine: TestEngine) async throws {
        let error = try await failure(on: engine) { transaction in
            try transaction.insertThing("sesame")
            try transaction.insertThing("sesame")
        }
        #expect(error?.code == .uniqueViolation)
        #expect(error?.statement == "things.insert")
        // SQLite names the columns, PostgreSQL the constraint.
        #expect(error?.constraint == (engine == .sqlite ? "things.code" : "things_code_key"))
    }

    @Test("on primary keys count as keys", arguments: TestEngine.available)
    func primaryKey(engine: TestEngine) async throws {
        let error = try await failure(on: engine) { transaction in
            try transaction.insertThing("a", id: 1)
            try transaction.insertThing("b", id: 1)
        }
        #expect(error?.code == .uniqueViolation)
    }

    @Test("on references hold for both ends", arguments: TestEngine.available)
    func foreignKey(engine: TestEngine) async throws {
        let dangling = try await failure(on: engine) {
            try $0.execute("things.child", "INSERT INTO things (code, parent) VALUES (\("a"), \(99))")
        }
        #expect(dangling?.code == .foreignKeyViolation)
        let referred = try await failure(on: engine) { transaction in
            try transaction.insertThing("a", id: 50)
            try transaction.execute("things.child", "INSERT INTO things (code, parent) VALUES (\("b"), \(50))")
            try transaction.execute("things.delete", "DELETE FROM things WHERE id = \(50)")
        }
        #expect(referred?.code == .foreignKeyViolation)
    }

    @Test("that check are told by name", arguments: TestEngine.available)
    func check(engine: TestEngine) async throws {
        let error = try await failure(on: engine) {
            try $0.execute("things.kind", "INSERT INTO things (code, kind) VALUES (\("a"), \("sesame"))")
        }
        #expect(error?.code == .checkViolation)
        #expect(error?.constraint == "things_kind")
    }

    @Test("that want a value are told by column", arguments: TestEngine.available)
    func notNull(engine: TestEngine) async throws {
        let error = try await failure(on: engine) {
            try $0.execute("things.null", "INSERT INTO things (code) VALUES (\(nil as String?))")
        }
        #expect(error?.code == .notNullViolation)
        #expect(error?.constraint?.contains("code") == true)
    }

    @Test("never put a value into the message", arguments: TestEngine.available)
    func noValues(engine: TestEngine) async throws {
        let unique = try await failure(on: engine) { transaction in
            try transaction.insertThing("sesame")
            try transaction.insertThing("sesame")
        }
        let check = try await failure(on: engine) {
            try $0.execute("things.kind", "INSERT INTO things (code, kind) VALUES (\("a"), \("sesame"))")
        }
        for error in [unique, check] {
            #expect(error?.description.contains("sesame") == false)
        }
    }

    @Test("leave nothing of the transaction behind", arguments: TestEngine.available)
    func undone(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            await #expect(throws: SQLError.self) {
                try await database.write { transaction in
                    try transaction.insertThing("first")
                    try transaction.insertThing("first")
                }
            }
            let left = try await database.read { try $0.thingCount() }
            #expect(left == 0)
        }
    }

    private func failure(
        on engine: TestEngine, _ body: @escaping @Sendable (Transaction) throws -> Void
    ) async throws -> SQLError? {
        try await withDatabase(on: engine, components: [thingSchema]) { database in
            await #expect(throws: SQLError.self) { try await database.write { try body($0) } }
        }
    }
}
