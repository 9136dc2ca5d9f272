import PorticoPostgreSQL
import PorticoSQL
import PorticoTelemetry
import PorticoValues
import Synchronization
import Testing

@Suite(.enabled(if: PostgreSQLServer.isPresent), .timeLimit(.minutes(10)))
struct PostgreSQLSessionTests {
    private let oneConnection = { (configuration: inout PostgreSQLEngine.Configuration) in
        configuration.base = 1
        configuration.overflow = 0
    }

    // MARK: - Round trips

    @Test("a read of one statement waits for the server once")
    func readCostsOneTrip() async throws {
        try await PostgreSQLServer.withEngine(oneConnection) { engine, database in
            for expected in 1...3 {
                let one = try await database.read { try $0.scalar("one", "SELECT \(1)", as: Int.self) }
                #expect(one == 1)
                #expect(engine.roundTrips == expected)
            }
        }
    }

    @Test("deferred statements travel with the commit")
    func deferredStatementsCostOneTrip() async throws {
        try await PostgreSQLServer.withEngine(oneConnection) { engine, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            let before = engine.roundTrips
            try await database.write { transaction in
                for number in 0..<12 { try transaction.executeLater("add", "INSERT INTO t VALUES (\(number))") }
            }
            #expect(engine.roundTrips == before + 1)
            let count = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(count == 12)
        }
    }

    @Test("a write waits once a statement and once for the commit")
    func writeCostsStatementsAndCommit() async throws {
        try await PostgreSQLServer.withEngine(oneConnection) { engine, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            let before = engine.roundTrips
            try await database.write { transaction in
                try transaction.execute("add", "INSERT INTO t VALUES (1)")
                try transaction.executeLater("add", "INSERT INTO t VALUES (2)")
                try transaction.execute("add", "INSERT INTO t VALUES (3)")
            }
            #expect(engine.roundTrips == before + 3)
        }
    }

    @Test("a closure without statements does not trouble the server")
    func emptyClosureCostsNothing() async throws {
        try await PostgreSQLServer.withEngine(oneConnection) { engine, database in
            let value = try await database.write { _ in 7 }
            #expect(value == 7)
            #expect(engine.roundTrips == 0)
        }
    }

    // MARK: - Deferred failures

    @Test("a deferred failure is thrown by the commit, with its own name, and nothing is kept")
    func deferredFailureAtCommit() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT PRIMARY KEY)") }
            let error = await sqlError {
                try await database.write { transaction in
                    try transaction.executeLater("first", "INSERT INTO t VALUES (1)")
                    try transaction.executeLater("again", "INSERT INTO t VALUES (1)")
                    try transaction.executeLater("last", "INSERT INTO t VALUES (2)")
                }
            }
            #expect(error?.code == .uniqueViolation)
            #expect(error?.statement == "again")
            let count = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(count == 0)
        }
    }

    @Test("a deferred failure is thrown by the next statement")
    func deferredFailureAtNextStatement() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let error = await sqlError {
                try await database.write { transaction in
                    try transaction.executeLater("wrong", "INSERT INTO nowhere VALUES (1)")
                    _ = try transaction.scalar("one", "SELECT 1", as: Int.self)
                }
            }
            #expect(error?.code == .syntax)
            #expect(error?.statement == "wrong")
        }
    }

    @Test("many deferred statements are looked at now and then")
    func manyDeferred() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { transaction in
                try transaction.execute("make", "CREATE TABLE t (a BIGINT, b TEXT)")
                for number in 0..<2500 {
                    try transaction.executeLater("add", "INSERT INTO t VALUES (\(number), \("row \(number)"))")
                }
            }
            let sum = try await database.read { try $0.scalar("sum", "SELECT sum(a) FROM t", as: Int.self) }
            #expect(sum == 2499 * 2500 / 2)
        }
    }

    // MARK: - Transactions

    @Test("a failure that the body swallows still fails the transaction")
    func swallowedFailure() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT PRIMARY KEY)") }
            let error = await sqlError {
                try await database.write { transaction in
                    try transaction.execute("add", "INSERT INTO t VALUES (1)")
                    try? transaction.executeLater("again", "INSERT INTO t VALUES (1)")
                    _ = try? transaction.execute("third", "INSERT INTO t VALUES (3)")
                }
            }
            #expect(error?.code == .uniqueViolation)
            let count = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(count == 0)
        }
    }

    @Test("a body that throws leaves nothing behind, and the connection is as new")
    func bodyThrows() async throws {
        struct Stop: Error {}
        try await PostgreSQLServer.withEngine(oneConnection) { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            await #expect(throws: Stop.self) {
                try await database.write { transaction in
                    try transaction.execute("add", "INSERT INTO t VALUES (1)")
                    throw Stop()
                }
            }
            let count = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(count == 0)
        }
    }

    @Test("two transactions that lock each other out both succeed in the end")
    func deadlock() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { transaction in
                try transaction.execute("make", "CREATE TABLE t (a BIGINT PRIMARY KEY, n BIGINT)")
                try transaction.execute("fill", "INSERT INTO t VALUES (1, 0), (2, 0)")
            }
            let bothHold = MeetingPoint(2)
            let cross = { @Sendable (first: Int, second: Int) in
                try await database.write { transaction in
                    try transaction.execute("impatient", "SET LOCAL deadlock_timeout = '20ms'")
                    try transaction.execute("first", "UPDATE t SET n = n + 1 WHERE a = \(first)")
                    bothHold.arrive()
                    bothHold.wait()
                    try transaction.execute("second", "UPDATE t SET n = n + 1 WHERE a = \(second)")
                }
            }
            async let there: Void = cross(1, 2)
            async let back: Void = cross(2, 1)
            _ = try await (there, back)
            let sums = try await database.read { try $0.all("sums", "SELECT n FROM t") { try $0[0] as Int } }
            #expect(sums == [2, 2])
        }
    }

    @Test("a conflict that stays is given up after three more attempts")
    func lastingConflict() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let attempts = ThreadSafeCount()
            let error = await sqlError {
                try await database.write { transaction in
                    attempts.increment()
                    try transaction.execute("raise", "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
                }
            }
            #expect(error?.code == .serialization)
            #expect(attempts.value == 4)
        }
    }

    @Test("a read can't change anything")
    func readOnly() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            let error = await sqlError {
                try await database.read {
                    _ = try $0.scalar("add", "INSERT INTO t VALUES (1) RETURNING a", as: Int.self)
                }
            }
            #expect(error?.code == .readOnly)
        }
    }

    @Test("a read keeps its snapshot while others write")
    func snapshot() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            let hasLooked = MeetingPoint(1)
            let hasWritten = MeetingPoint(1)
            async let counts = database.read { reading in
                let before = try reading.scalar("count", "SELECT count(*) FROM t", as: Int.self)
                hasLooked.arrive()
                hasWritten.wait()
                return [before, try reading.scalar("count", "SELECT count(*) FROM t", as: Int.self)]
            }
            try await database.write { transaction in
                hasLooked.wait()
                try transaction.execute("add", "INSERT INTO t VALUES (1)")
            }
            hasWritten.arrive()
            #expect(try await counts == [0, 0])
        }
    }

    @Test("work that finds no free connection in time fails")
    func poolTimeout() async throws {
        try await PostgreSQLServer.withEngine {
            $0.base = 1
            $0.overflow = 0
            $0.localReaders = 1
            $0.acquireTimeout = .milliseconds(500)
        } _: { _, database in
            let (held, isHeld) = AsyncStream.makeStream(of: Void.self)
            let mayEnd = MeetingPoint(1)
            async let holder: Void = database.read { _ in
                isHeld.finish()
                mayEnd.wait()
            }
            for await _ in held {}
            let error = await sqlError { try await database.read { _ in } }
            #expect(error?.code == .poolTimeout)
            mayEnd.arrive()
            try await holder
        }
    }

    @Test("a server on this machine works at few transactions together; others wait, and all are made")
    func localWriters() async throws {
        try await PostgreSQLServer.withEngine {
            $0.base = 4
            $0.overflow = 4
            $0.localWriters = 2
        } _: { engine, database in
            try await database.write { try $0.execute("make", "CREATE TABLE t (n BIGINT)") }
            let atWork = ThreadSafePeak()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        try await database.write { transaction in
                            atWork.enter()
                            defer { atWork.leave() }
                            try transaction.execute("add", "INSERT INTO t SELECT \(number) FROM pg_sleep(0.005)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(atWork.peak == 2)
            #expect(engine.pools.first?.status.capacity == 2)
            #expect(try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) } == 12)
        }
    }

    @Test("what waits for the commit is done after it")
    func afterCommit() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let calls = ThreadSafeCount()
            try await database.write { transaction in
                transaction.afterCommit { calls.increment() }
                try transaction.execute("one", "SELECT 1")
            }
            let error = await sqlError {
                try await database.write { transaction in
                    transaction.afterCommit { calls.increment() }
                    try transaction.execute("wrong", "SELECT 1 / 0")
                }
            }
            #expect(error?.code == .unexpectedValue)
            #expect(calls.value == 1)
        }
    }

    @Test("shows its pools in a registry")
    func metrics() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            let registry = MetricsRegistry()
            engine.register(in: registry, application: "bags")
            _ = try await database.read { try $0.scalar("one", "SELECT 1", as: Int.self) }
            let text = String(decoding: registry.prometheusText(), as: UTF8.self)
            #expect(
                text.contains(#"portico_sql_pool_connections{application="bags",pool="session",state="capacity"} 8"#))
            #expect(text.contains(#"portico_sql_pool_connections{application="bags",pool="read",state="capacity"} 4"#))
            #expect(text.contains(#"portico_sql_pool_wait_seconds_count{application="bags",pool="read"} 1"#))
            #expect(text.contains(#"portico_sql_round_trips_total{application="bags"} 1"#))
        }
    }
}

/// How many closures on other threads were at work at once, at most.
final class ThreadSafePeak: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var peak: Int { counts.withLock { $0.most } }

    func enter() {
        counts.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
    }

    func leave() {
        counts.withLock { $0.now -= 1 }
    }
}

/// A count that closures on other threads add to.
final class ThreadSafeCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    func increment() { count.wrappingAdd(1, ordering: .relaxed) }
}
