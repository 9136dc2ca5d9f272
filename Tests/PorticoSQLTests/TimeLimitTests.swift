import PorticoPostgreSQL
import PorticoSQL
import PorticoSQLite
import PorticoTesting
import PorticoValues
import Testing

@Suite("Statements that nobody wants to the end", .timeLimit(.minutes(10)))
struct TimeLimitTests {
    /// Long enough for the statements that are to end by themselves, on a machine that does much else.
    private static let limit = Span.seconds(1)
    /// Never ends by itself.
    private static let forever: SQL = """
        WITH RECURSIVE forever (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM forever) SELECT max(n) AS n FROM forever
        """
    /// Takes longer than the limit.
    private static let long: SQL = """
        WITH RECURSIVE long (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM long WHERE n < 8000000) SELECT max(n) FROM long
        """

    private func withLimit(
        _ limit: Span, on engine: TestEngine, _ body: (Database) async throws -> Void
    ) async throws {
        switch engine {
        case .sqlite:
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            var configuration = SQLiteEngine.Configuration(path: folder.file("limit.sqlite"), readers: 1)
            configuration.statementTimeout = limit
            let engine = try await SQLiteEngine.open(configuration)
            let database = Database(engine: engine, queries: .silent)
            _ = try await database.migrate([thingSchema], at: Instant(milliseconds: 0))
            try await body(database)
            await engine.close()
        case .postgresql:
            try await PostgreSQLServer.withEngine {
                $0.statementTimeout = limit
            } _: { _, database in
                _ = try await database.migrate([thingSchema], at: Instant(milliseconds: 0))
                try await body(database)
            }
        }
    }

    @Test("are ended after their time, in reads and in transactions, and others go on", arguments: TestEngine.available)
    func limit(engine: TestEngine) async throws {
        try await withLimit(Self.limit, on: engine) { database in
            let reading = await #expect(throws: SQLError.self) {
                try await database.read { try $0.scalar("read.forever", Self.forever, as: Int64.self) }
            }
            #expect(reading?.code == .statementTimeout && reading?.statement == "read.forever")
            let writing = await #expect(throws: SQLError.self) {
                try await database.write { transaction in
                    try transaction.insertThing("lost")
                    try transaction.execute(
                        "write.forever", "INSERT INTO things (code, count) SELECT 'x', n FROM (\(Self.forever)) AS f")
                }
            }
            #expect(writing?.code == .statementTimeout, "\(writing.map { "\($0)" } ?? "")")
            try await database.write { try $0.insertThing("kept") }
            #expect(try await database.read { try $0.thingCodes() } == ["kept"])
        }
    }

    @Test("a transaction may lift the limit, for itself only", arguments: TestEngine.available)
    func lifted(engine: TestEngine) async throws {
        try await withLimit(Self.limit, on: engine) { database in
            let count = try await database.write { transaction in
                try transaction.liftTimeLimit()
                return try transaction.scalar("write.long", Self.long, as: Int64.self)
            }
            #expect(count == 8_000_000)
            let error = await #expect(throws: SQLError.self) {
                try await database.write { try $0.scalar("write.forever", Self.forever, as: Int64.self) }
            }
            #expect(error?.code == .statementTimeout)
        }
    }

    @Test(
        "a bulk insert takes as long as its rows take to be made, and what follows it in the transaction has its limit again",
        arguments: TestEngine.available)
    func bulk(engine: TestEngine) async throws {
        try await withLimit(Self.limit, on: engine) { database in
            let error = await #expect(throws: SQLError.self) {
                try await database.write { transaction in
                    let rows = (0..<3).lazy.map { number -> [SQLValue] in
                        let end = ContinuousClock.now + .milliseconds(Self.limit.milliseconds / 2)
                        while ContinuousClock.now < end {}
                        return [.text("thing \(number)")]
                    }
                    let count = try transaction.bulkInsert("things.load", into: "things", columns: ["code"], rows: rows)
                    #expect(count == 3)
                    _ = try transaction.scalar("write.forever", Self.forever, as: Int64.self)
                }
            }
            #expect(error?.code == .statementTimeout && error?.statement == "write.forever")
        }
    }

    @Test("writes that shared a transaction with one that was ended are kept")
    func companions() async throws {
        try await withLimit(Self.limit, on: .sqlite) { database in
            let failing = Task {
                try await database.write { transaction in
                    try transaction.execute(
                        "write.forever",
                        "INSERT INTO things (code, count) SELECT 'x', n FROM (\(Self.forever)) AS f")
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { try await database.write { _ = try $0.insertThing("thing \(number)") } }
                }
                try await group.waitForAll()
            }
            let error = await #expect(throws: SQLError.self) { try await failing.value }
            #expect(error?.code == .statementTimeout)
            #expect(try await database.read { try $0.thingCount() } == 20)
        }
    }

    @Test("reads at length have no limit on SQLite")
    func atLength() async throws {
        try await withLimit(Self.limit, on: .sqlite) { database in
            let count = try await database.readAtLength { try $0.scalar("read.long", Self.long, as: Int64.self) }
            #expect(count == 8_000_000)
        }
    }

    @Test("a read ends when the task that asked is cancelled, and others go on", arguments: TestEngine.available)
    func cancelled(engine: TestEngine) async throws {
        try await withLimit(.minutes(5), on: engine) { database in
            let hasBegun = Signal()
            let task = Task {
                try await database.read { reading in
                    _ = try reading.thingCount()
                    hasBegun.give()
                    return try reading.scalar("read.forever", Self.forever, as: Int64.self)
                }
            }
            await hasBegun.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let left = try await database.read { try $0.thingCount() }
            #expect(left == 0)
        }
    }

    @Test("a read of many rows ends when the task that asked is cancelled", arguments: TestEngine.available)
    func cancelledRows(engine: TestEngine) async throws {
        try await withLimit(.minutes(5), on: engine) { database in
            let hasBegun = Signal()
            let task = Task {
                try await database.readAtLength { reading in
                    let rows: SQL = """
                        WITH RECURSIVE forever (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM forever)
                        SELECT n FROM forever
                        """
                    try reading.each("read.rows", rows) { _ in hasBegun.give() }
                }
            }
            await hasBegun.wait()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("a read that waits for its connection never begins when its task is cancelled")
    func cancelledInTheQueue() async throws {
        try await withLimit(.minutes(5), on: .sqlite) { database in
            let (hasBegun, gate, runs) = (Signal(), ThreadDoor(), Tally())
            async let first: Void = database.read { _ in
                hasBegun.give()
                gate.pass()
            }
            await hasBegun.wait()
            let waiting = Task { try await database.read { _ in _ = runs.add() } }
            while database.engine.pool.waiting == 0 { await Task.yield() }
            waiting.cancel()
            gate.open()
            try await first
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(runs.value == 0)
        }
    }

    @Test("a task that was cancelled before it asks still reads", arguments: TestEngine.available)
    func clearingUp(engine: TestEngine) async throws {
        try await withLimit(.minutes(5), on: engine) { database in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await database.read { try $0.thingCount() }
            }
            let count = try await task.value
            #expect(count == 0)
        }
    }
}
