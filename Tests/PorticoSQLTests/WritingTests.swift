import PorticoSQL
import PorticoTesting
import Testing

@Suite("Writing", .timeLimit(.minutes(10)))
struct WritingTests {
    @Test("changes nothing when the closure throws", arguments: TestEngine.available)
    func rollback(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            await #expect(throws: Refusal.self) {
                try await database.write { transaction in
                    try transaction.insertThing("a")
                    try transaction.insertThing("b")
                    throw Refusal()
                }
            }
            #expect(try await database.read { try $0.thingCount() } == 0)
            try await database.write { try $0.insertThing("a") }
            #expect(try await database.read { try $0.thingCodes() } == ["a"])
        }
    }

    @Test("tells how many rows a statement changed", arguments: TestEngine.available)
    func changes(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let counts = try await database.write { transaction in
                try transaction.insertThing("a")
                try transaction.insertThing("b")
                return [
                    try transaction.execute("things.touch", "UPDATE things SET count = count + 1"),
                    try transaction.execute("things.none", "UPDATE things SET count = 9 WHERE code = \("z")"),
                    try transaction.execute(
                        "things.keep",
                        "INSERT INTO things (code) VALUES (\("a")) ON CONFLICT (code) DO UPDATE SET count = 5"),
                    try transaction.execute("things.table", "CREATE TABLE other (id INTEGER)"),
                    try transaction.execute("things.delete", "DELETE FROM things"),
                ]
            }
            #expect(counts == [2, 0, 1, 0, 2])
        }
    }

    @Test("returns rows of a change", arguments: TestEngine.available)
    func returning(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let ids = try await database.write { transaction in
                try ["a", "b"].map { code in
                    try transaction.scalar(
                        "things.insert", "INSERT INTO things (code) VALUES (\(code)) RETURNING id", as: Int64.self)
                }
            }
            let stored = try await database.read {
                try $0.all("things.ids", "SELECT id FROM things ORDER BY code") { try $0[0] as Int64? }
            }
            #expect(ids == stored)
            #expect(Set(ids).count == 2)
        }
    }

    @Test("sees its own changes before the commit", arguments: TestEngine.available)
    func ownChanges(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let count = try await database.write { transaction in
                try transaction.executeLater("things.later", "INSERT INTO things (code) VALUES (\("a"))")
                try transaction.insertThing("b")
                return try transaction.thingCount()
            }
            #expect(count == 2)
        }
    }

    @Test("by many at once loses no increment", arguments: TestEngine.available)
    func increments(engine: TestEngine) async throws {
        let tasks = 16
        let rounds = 20
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("counter", id: 1) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<tasks {
                    group.addTask {
                        for _ in 0..<rounds { try await database.write { try $0.incrementThing(1) } }
                    }
                }
                try await group.waitForAll()
            }
            let count = try await database.read {
                try $0.scalar("things.read", "SELECT count FROM things WHERE id = 1", as: Int.self)
            }
            #expect(count == tasks * rounds)
        }
    }

    @Test("side by side keeps those that succeed and nothing of those that fail", arguments: TestEngine.available)
    func failingNeighbours(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("taken") }
            let failures = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask { await database.insertOrFail(number) }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(failures == 40)
            let expected = (0..<60).filter { $0 % 3 == 0 }.map { "n\($0)" } + ["taken"]
            #expect(try await database.read { try $0.thingCodes() } == expected.sorted())
        }
    }

    @Test("runs what was asked for after the commit, in order, before it returns", arguments: TestEngine.available)
    func afterCommit(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let tally = Tally()
            let second = Tally()
            try await database.write { transaction in
                transaction.afterCommit { tally.add() }
                transaction.afterCommit { if tally.value == 1 { second.add() } }
                try transaction.insertThing("a")
                if tally.value != 0 { throw Refusal() }
            }
            #expect(tally.value == 1)
            #expect(second.value == 1)
        }
    }

    @Test("runs nothing after a closure that throws or a commit that fails", arguments: TestEngine.available)
    func afterRollback(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            let tally = Tally()
            await #expect(throws: Refusal.self) {
                try await database.write { transaction in
                    transaction.afterCommit { tally.add() }
                    try transaction.insertThing("a")
                    throw Refusal()
                }
            }
            let error = await #expect(throws: SQLError.self) {
                try await database.write { transaction in
                    transaction.afterCommit { tally.add() }
                    try transaction.execute("things.late", "INSERT INTO things (code, late) VALUES (\("b"), \(99))")
                }
            }
            #expect(error?.code == .foreignKeyViolation)
            #expect(tally.value == 0)
            let left = try await database.read { try $0.thingCount() }
            #expect(left == 0)
        }
    }

    @Test("keeps a deferred reference that is whole at the end", arguments: TestEngine.available)
    func deferred(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { transaction in
                try transaction.execute("things.late", "INSERT INTO things (code, late) VALUES (\("b"), \(99))")
                try transaction.insertThing("a", id: 99)
            }
            #expect(try await database.read { try $0.thingCount() } == 2)
        }
    }

    @Test("is refused after the engine is closed", arguments: TestEngine.available)
    func closed(engine: TestEngine) async throws {
        try await withThings(engine) { database in
            try await database.write { try $0.insertThing("a") }
            await database.engine.close()
            let write = await #expect(throws: SQLError.self) { try await database.write { try $0.insertThing("b") } }
            let read = await #expect(throws: SQLError.self) { try await database.read { try $0.thingCount() } }
            #expect(write?.code == .unavailable)
            #expect(read?.code == .unavailable)
        }
    }
}

extension Transaction {
    fileprivate func incrementThing(_ id: Int64) throws {
        let find: SQL = "SELECT count FROM things WHERE id = \(id)\(dialect.forUpdate)"
        let count = try scalar("things.lock", find, as: Int.self) ?? 0
        try execute("things.set", "UPDATE things SET count = \(count + 1) WHERE id = \(id)")
    }
}

extension Database {
    /// Inserts a thing; of three one succeeds, one throws after its insert, and one breaks a key after its insert.
    fileprivate func insertOrFail(_ number: Int) async -> Bool {
        do {
            try await write { transaction in
                try transaction.insertThing("n\(number)")
                if number % 3 == 1 { throw Refusal() }
                if number % 3 == 2 { try transaction.insertThing("taken") }
            }
            return false
        } catch {
            return true
        }
    }
}
