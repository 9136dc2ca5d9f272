import PorticoPostgreSQL
import PorticoSQL
import PorticoValues
import Testing

/// Where a pooler may stand in between, one transaction is over before anything of the next is said.
@Suite(.enabled(if: StrictPooler.isPossible), .timeLimit(.minutes(10)))
struct PoolerUnitTests {
    @Test("single statements wait for the end of those before, also where some fail")
    func singles() async throws {
        try await withStrictPooler { database in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        guard number % 100 == 99 else {
                            return try await database.fetchFirst("n", "SELECT \(number)::int8") { try $0[0] as Int }
                                ?? 0
                        }
                        let error = await sqlError {
                            _ = try await database.fetchAll("zero", "SELECT 1 / (\(number) - \(number))") {
                                try $0[0] as Int
                            }
                        }
                        return error?.code == .unexpectedValue ? number : 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == (0..<200).reduce(0, +))
        }
    }

    @Test("a transaction that fails to commit is over before it is taken back")
    func failedCommit() async throws {
        try await withStrictPooler { database in
            try await database.write {
                _ = try $0.execute("make", "CREATE TABLE t (a BIGINT UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            }
            for _ in 0..<3 {
                let error = await sqlError {
                    try await database.write { _ = try $0.execute("twice", "INSERT INTO t VALUES (1), (1)") }
                }
                #expect(error?.code == .uniqueViolation)
            }
            let rows = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(rows == 0)
        }
    }

    @Test("reads, writes, bulk loads, long reads and failures follow each other")
    func mixture() async throws {
        try await withStrictPooler { database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            for round in 0..<3 {
                try await database.write { transaction in
                    let rows = (0..<300).map { [SQLValue.integer(Int64($0))] }
                    _ = try transaction.bulkInsert("load", into: "t", columns: ["a"], rows: rows)
                    try transaction.executeLater("add", "INSERT INTO t VALUES (\(round))")
                }
                let late = await sqlError {
                    try await database.write { transaction in
                        try transaction.executeLater("add", "INSERT INTO t VALUES (\(round))")
                        try transaction.executeLater("nowhere", "INSERT INTO nowhere VALUES (1)")
                    }
                }
                #expect(late?.statement == "nowhere")
                let wrong = await sqlError {
                    try await database.read { _ = try $0.scalar("no", "SELECT nothing", as: Int.self) }
                }
                #expect(wrong != nil)
                let count = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
                #expect(count == 301 * (round + 1))
            }
        }
    }

    /// Gives a database behind the pooler to `body`, and expects that nothing was said too early.
    private func withStrictPooler(_ body: (Database) async throws -> Void) async throws {
        let pooler = try StrictPooler()
        defer { pooler.close() }
        try await PostgreSQLServer.withEngine {
            $0.url = Secret(pooler.url)
            // Each answer is held back; the last of the statements wait for all before.
            $0.acquireTimeout = .seconds(60)
        } _: { _, database in
            try await body(database)
        }
        #expect(pooler.breaches == [])
    }
}
