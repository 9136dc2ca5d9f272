import Glibc
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues
import Testing

@testable import PorticoSQLite

@Suite("The SQLite engine", .timeLimit(.minutes(10)))
struct SQLiteEngineTests {
    @Test("makes folder and file for their owner only")
    func permissions() async throws {
        try await withFolder { folder in
            let engine = try await SQLiteEngine.open(.init(path: folder.file("deep/er/test.sqlite")))
            let database = Database(engine: engine, queries: .silent)
            try await database.write { try $0.execute("t", "CREATE TABLE t (id INTEGER)") }
            #expect(mode(folder.file("deep/er")) == 0o700)
            for suffix in ["", "-wal", "-shm"] {
                #expect(mode(folder.file("deep/er/test.sqlite\(suffix)")) == 0o600)
            }
            await engine.close()
        }
    }

    @Test("writes ahead, flushes every commit, and checks references")
    func settings() async throws {
        try await withSQLite { engine, database in
            let settings = try await database.write { transaction in
                try ["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "temp_store"].map { name in
                    try transaction.first("pragma", SQL(trusted: "PRAGMA \(name)")) { try $0.value(0) }
                }
            }
            #expect(settings == [.text("wal"), .integer(2), .integer(1), .integer(30_000), .integer(2)])
            #expect(engine.dialect == .sqlite)
        }
    }

    @Test("takes the memory of page caches in blocks")
    func blocks() {
        #expect(SQLiteConnection.takesPagesInBlocks)
    }

    @Test("gives the one thread that writes more weight than those that read, where the system allows it")
    func weights() async throws {
        @Sendable func weight() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        let granted = try await withCheckedThrowingContinuation { caller in
            do {
                try OwnThread.start("weight") {
                    caller.resume(returning: OwnThread.setNiceness(SQLiteEngine.writerNiceness))
                }
            } catch { caller.resume(throwing: error) }
        }
        try await withSQLite { _, database in
            let usual = try await database.read { _ in weight() }
            let own = try await database.write { _ in weight() }
            #expect(own == (granted ? SQLiteEngine.writerNiceness : usual))
            #expect(usual > SQLiteEngine.writerNiceness)
        }
    }

    @Test("reads no large table to make a filter for a small one without statistics")
    func noBloomFilters() async throws {
        try await withSQLite { _, database in
            try await database.write { transaction in
                try transaction.execute("one", "CREATE TABLE one (version INTEGER)")
                try transaction.execute("many", "CREATE TABLE many (id INTEGER PRIMARY KEY, kind INTEGER)")
                try transaction.execute("one.insert", "INSERT INTO one VALUES (1)")
                try transaction.execute(
                    "many.insert",
                    """
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                    INSERT INTO many SELECT i, i % 7 FROM n
                    """)
                try transaction.execute("many.analyze", "ANALYZE many")
            }
            let question: SQL = """
                EXPLAIN QUERY PLAN SELECT many.id FROM one LEFT JOIN many ON many.id = one.version AND many.kind = 3
                """
            let plan = try await database.read { try $0.all("plan", question) { try $0[3] as String } }
            #expect(plan == ["SCAN one", "SEARCH many USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"])
        }
    }

    @Test("leaves nothing but the file when it is closed, and finds everything again")
    func reopen() async throws {
        try await withFolder { folder in
            let path = folder.file("test.sqlite")
            let first = try await SQLiteEngine.open(.init(path: path))
            try await Database(engine: first, queries: .silent).write { transaction in
                try transaction.execute("t", "CREATE TABLE t (id INTEGER)")
                try transaction.execute("t", "INSERT INTO t VALUES (7)")
            }
            await first.close()
            await first.close()
            #expect(DatabaseFile.size("\(path)-wal") == 0)
            let second = try await SQLiteEngine.open(.init(path: path))
            let found = try await Database(engine: second, queries: .silent).read {
                try $0.scalar("t", "SELECT id FROM t", as: Int.self)
            }
            #expect(found == 7)
            await second.close()
        }
    }

    @Test("refuses a file that is no database, and a place where no file can be")
    func badFile() async throws {
        try await withFolder { folder in
            let path = folder.file("test.sqlite")
            try write(Array("certainly not a database".utf8), to: path)
            let corrupt = await #expect(throws: SQLError.self) { try await SQLiteEngine.open(.init(path: path)) }
            #expect(corrupt?.code == .corrupt)
            let nowhere = await #expect(throws: SQLError.self) {
                try await SQLiteEngine.open(.init(path: "\(path)/below/a/file.sqlite"))
            }
            #expect(nowhere?.code == .unavailable)
        }
    }

    @Test("checks a sound file")
    func sound() async throws {
        try await withSQLite { engine, _ in
            let faults = try await engine.faults()
            #expect(faults == [])
        }
    }

    @Test("copies itself to a new file while others write, and never over another")
    func copying() async throws {
        try await withFolder { folder in
            let path = folder.file("copy.sqlite")
            try await withSQLite { engine, database in
                try await database.write { try $0.insertThing("a") }
                async let copying: Void = engine.copy(to: path)
                try await database.write { try $0.insertThing("b") }
                try await copying
                let again = await #expect(throws: SQLError.self) { try await engine.copy(to: path) }
                #expect(again?.code == .other)
            }
            #expect(DatabaseFile.size("\(path)-wal") == 0)
            let copy = try await SQLiteEngine.open(.init(path: path))
            let codes = try await Database(engine: copy, queries: .silent).read { try $0.thingCodes() }
            #expect(codes == ["a"] || codes == ["a", "b"])
            let faults = try await copy.faults()
            #expect(faults == [])
            await copy.close()
        }
    }

    @Test("runs the same text inside its own rows")
    func reentrancy() async throws {
        try await withSQLite { _, database in
            try await database.write { transaction in
                for number in 1...3 { try transaction.insertThing("t\(number)") }
            }
            let pairs = try await database.read { reading in
                let list: SQL = "SELECT code FROM things ORDER BY code"
                return try reading.all("outer", list) { outer in
                    let code: String = try outer[0]
                    return try reading.all("inner", list) { "\(code)\(try $0[0] as String)" }
                }
            }
            #expect(pairs.count == 3)
            #expect(pairs.last == ["t3t1", "t3t2", "t3t3"])
        }
    }

    @Test("keeps no more prepared statements than it may")
    func statementCapacity() async throws {
        try await withFolder { folder in
            let path = folder.file("test.sqlite")
            try DatabaseFile.prepare(path)
            let connection = try SQLiteConnection(path: path, isReadOnly: false, statementCapacity: 3)
            for number in 0..<20 {
                var found = -1
                _ = try connection.run(SQL(trusted: "SELECT \(number)"), isLarge: false) { found = try $0[0] }
                #expect(found == number)
                #expect(connection.statementCount <= 3)
            }
        }
    }

    @Test("shows the plan of a statement")
    func plan() async throws {
        try await withFolder { folder in
            let path = folder.file("test.sqlite")
            try DatabaseFile.prepare(path)
            let connection = try SQLiteConnection(path: path, isReadOnly: false, statementCapacity: 10)
            try connection.runScript(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT); CREATE INDEX t_code ON t (code)")
            let plan = try connection.plan(of: "SELECT id FROM t WHERE code = \("x")")
            #expect(plan.count == 1)
            #expect(plan.first?.contains("USING COVERING INDEX t_code") == true)
        }
    }

    @Test("refuses a number of values that is not that of the placeholders")
    func parameterCount() async throws {
        try await withSQLite { _, database in
            let error = await #expect(throws: SQLError.self) {
                try await database.read { try $0.all("few", SQL(trusted: "SELECT $1")) { _ in } }
            }
            #expect(error?.code == .syntax)
        }
    }

    @Test("refuses values that a strict column does not take")
    func strict() async throws {
        try await withSQLite { _, database in
            let error = await #expect(throws: SQLError.self) {
                try await database.write { try $0.execute("kept", "INSERT INTO kept (id, i) VALUES (1, \("text"))") }
            }
            #expect(error?.code == .unexpectedValue)
        }
    }

    @Test("waits for another process that writes, and goes on after it", .timeLimit(.minutes(10)))
    func otherProcess() async throws {
        try await withTestDatabase(on: .sqlite, components: [thingSchema]) { test in
            let other = try await test.openAgain()
            let hasBegun = Signal()
            let gate = ThreadDoor()
            async let slow: Void = other.write { transaction in
                try transaction.insertThing("theirs")
                hasBegun.give()
                gate.pass()
            }
            await hasBegun.wait()
            async let mine: Int = test.database.write { try $0.insertThing("mine") }
            gate.open()
            try await slow
            _ = try await mine
            #expect(try await test.database.read { try $0.thingCodes() } == ["mine", "theirs"])
        }
    }

    @Test("shows its pools, groups and files in a registry")
    func metrics() async throws {
        try await withSQLite { engine, database in
            let registry = MetricsRegistry()
            engine.register(in: registry, application: "bags")
            engine.register(in: registry, application: "bags")
            try await database.write { try $0.insertThing("a") }
            _ = try await database.read { try $0.thingCount() }
            let text = String(decoding: registry.prometheusText(), as: UTF8.self)
            for expected in [
                #"portico_sql_pool_connections{application="bags",pool="write",state="capacity"} 1"#,
                #"portico_sql_pool_wait_seconds_count{application="bags",pool="write"} 1"#,
                #"portico_sql_pool_wait_seconds_count{application="bags",pool="read"} 1"#,
                #"portico_sqlite_group_writes_count{application="bags"} 1"#,
                #"portico_sqlite_wal_bytes{application="bags"} "#, #"portico_sqlite_file_bytes{application="bags"} "#,
            ] {
                #expect(text.contains(expected), "\(expected)")
            }
        }
    }

    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
}

/// Gives an engine with the fixture's schema to `body`.
func withSQLite(_ body: (SQLiteEngine, Database) async throws -> Void) async throws {
    try await withFolder { folder in
        let engine = try await SQLiteEngine.open(.init(path: folder.file("test.sqlite"), readers: 2))
        let database = Database(engine: engine, queries: .silent)
        _ = try await database.migrate([thingSchema], at: .init(milliseconds: 0))
        do { try await body(engine, database) } catch {
            await engine.close()
            throw error
        }
        await engine.close()
    }
}

/// Gives an empty folder to `body`.
func withFolder(_ body: (TemporaryFolder) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try await body(folder)
}

/// Writes a file, as it was at one moment.
func write(_ bytes: [UInt8], to path: String) throws {
    let file = try #require(fopen(path, "wb"))
    defer { fclose(file) }
    try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}

/// All bytes of a file, none when there is no file.
func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { return bytes }
        bytes += buffer[..<count]
    }
}
