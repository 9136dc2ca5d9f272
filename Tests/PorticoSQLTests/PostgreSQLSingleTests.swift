import PorticoPostgreSQL
import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Testing

@Suite(.enabled(if: PostgreSQLServer.isPresent), .timeLimit(.minutes(10)))
struct PostgreSQLSingleTests {
    @Test("a thousand statements at once each get their own answer, though some fail")
    func manyAtOnce() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let wrong = try await withThrowingTaskGroup(of: String?.self) { group in
                for number in 0..<1000 {
                    group.addTask { try await Self.check(number, database) }
                }
                return try await group.compactMap { $0 }.reduce(into: []) { $0.append($1) }
            }
            #expect(wrong == [])
            #expect(Set(database.queries.statistics.snapshot().map(\.name)) == ["right", "wrong", "zero"])
        }
    }

    /// What is wrong with the answer to statement `number`, or nil.
    private static func check(_ number: Int, _ database: Database) async throws -> String? {
        switch number % 10 {
        case 3:
            let error = await sqlError {
                _ = try await database.fetchAll("zero", "SELECT \(number) / (\(number) - \(number))") {
                    try $0[0] as Int
                }
            }
            return error?.code == .unexpectedValue ? nil : "\(number): \(error?.description ?? "no failure")"
        case 7:
            let error = await sqlError {
                _ = try await database.fetchAll("wrong", "SELECT nothing\(SQL(trusted: "\(number % 3)"))") {
                    try $0[0] as Int
                }
            }
            return error?.code == .syntax ? nil : "\(number): \(error?.description ?? "no failure")"
        default:
            let text = SQL(trusted: "SELECT \(number % 4), ") + "\(number)"
            let rows = try await database.fetchAll("right", text) { [try $0[0] as Int, try $0[1] as Int] }
            return rows == [[number % 4, number]] ? nil : "\(number): \(rows)"
        }
    }

    @Test("gives all rows, the first row, or none")
    func rows() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let all = try await database.fetchAll("all", "SELECT generate_series(1, \(3))") { try $0[0] as Int }
            #expect(all == [1, 2, 3])
            let first = try await database.fetchFirst("first", "SELECT generate_series(7, 9)") { try $0[0] as Int }
            #expect(first == 7)
            let none = try await database.fetchFirst("none", "SELECT 1 WHERE false") { try $0[0] as Int }
            #expect(none == nil)
        }
    }

    @Test("a single statement can't change anything")
    func readOnly() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            let error = await sqlError {
                _ = try await database.fetchFirst("add", "INSERT INTO t VALUES (1) RETURNING a") { try $0[0] as Int }
            }
            #expect(error?.code == .readOnly)
            #expect(error?.statement == "add")
        }
    }

    @Test("sees what was committed before")
    func readsOwnWrites() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            for number in 1...50 {
                try await database.write { _ = try $0.execute("add", "INSERT INTO t VALUES (\(number))") }
                let count = try await database.fetchFirst("count", "SELECT count(*) FROM t") { try $0[0] as Int }
                #expect(count == number)
            }
        }
    }

    @Test("answers and questions larger than the buffers pass")
    func large() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let text = String(repeating: "0123456789", count: 300_000)
            let lengths = try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await database.fetchFirst("echo", "SELECT \(text)::text || 'x'") {
                            (try $0[0] as String).utf8.count
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(lengths == Array(repeating: 3_000_001, count: 12))
        }
    }

    @Test("a lost connection fails what is under way on it, and is made anew")
    func lostConnection() async throws {
        try await PostgreSQLServer.withEngine {
            $0.lanes = 1
        } _: { _, database in
            for _ in 0..<3 {
                let error = await sqlError {
                    _ = try await database.fetchFirst("die", "SELECT pg_terminate_backend(pg_backend_pid())") {
                        try $0[0] as Bool
                    }
                }
                #expect(error?.code == .unavailable)
                #expect(error?.isTransient == true)
                let one = try await database.fetchFirst("one", "SELECT 1") { try $0[0] as Int }
                #expect(one == 1)
            }
        }
    }

    @Test("more statements than a connection keeps go on working")
    func statementsMakeRoom() async throws {
        try await PostgreSQLServer.withEngine {
            $0.lanes = 1
            $0.statementCapacity = 10
        } _: { _, database in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        try await database.fetchFirst("n", SQL(trusted: "SELECT \(number % 30)")) { try $0[0] as Int }
                            ?? 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == (0..<400).map { $0 % 30 }.reduce(0, +))
            let kept = try await database.fetchFirst("kept", "SELECT count(*) FROM pg_prepared_statements") {
                try $0[0] as Int
            }
            #expect(kept == (PostgreSQLServer.isPooled ? 0 : 10))
        }
    }

    @Test(
        "a connection past its lifetime is replaced between statements",
        .disabled(if: PostgreSQLServer.isPooled, "the pooler may lend a new connection the session of the old one"))
    func lifetime() async throws {
        try await PostgreSQLServer.withEngine {
            $0.lanes = 1
            $0.base = 1
            $0.overflow = 0
            $0.maxLifetime = .milliseconds(0)
        } _: { _, database in
            let pid = { @Sendable in
                try await database.read { try $0.scalar("pid", "SELECT pg_backend_pid()", as: Int.self) }
            }
            let first = try await pid()
            let second = try await pid()
            #expect(first != second)
        }
    }

    @Test("answers a ping, and nothing after the end")
    func pingAndClose() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            let time = try await engine.ping()
            #expect(time > 0)
            #expect(engine.pools.map(\.name) == ["session", "read", "long", "single"])
            #expect(engine.pool.capacity == 8 + 4 + 8 + 2)
            await engine.close()
            let single = await sqlError { _ = try await engine.ping() }
            #expect(single?.code == .unavailable)
            let closure = await sqlError { try await database.read { _ in } }
            #expect(closure?.code == .unavailable)
        }
    }
}
