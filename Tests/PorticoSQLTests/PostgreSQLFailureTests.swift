import PorticoPostgreSQL
import PorticoSQL
import PorticoValues
import Testing

@Suite(.enabled(if: PostgreSQLServer.isPresent), .timeLimit(.minutes(10)))
struct PostgreSQLFailureTests {
    @Test(
        "tells kinds of failure apart",
        arguments: [
            ("INSERT INTO t VALUES (1, 1, 'a')", SQLError.Code.uniqueViolation, "t_pkey"),
            ("INSERT INTO t VALUES (2, 9, 'a')", .foreignKeyViolation, "t_parent"),
            ("INSERT INTO t VALUES (2, 1, 'toolong')", .checkViolation, "t_short"),
            ("INSERT INTO t VALUES (2, 1, NULL)", .notNullViolation, "name"),
            ("SELECT nothing FROM t", .syntax, nil), ("SELEC", .syntax, nil), ("SELECT * FROM missing", .syntax, nil),
            ("SELECT 'secret-1'::int", .unexpectedValue, nil), ("SELECT 1 / 0", .unexpectedValue, nil),
            ("SELECT pg_sleep(60)", .statementTimeout, nil),
            ("SELECT pg_terminate_backend(pg_backend_pid())", .unavailable, nil),
            ("DO $$ BEGIN RAISE 'secret-2 \"secret-3\"'; END $$", .other, nil),
        ] as [(String, SQLError.Code, String?)])
    func codes(statement: String, code: SQLError.Code, constraint: String?) async throws {
        try await PostgreSQLServer.withEngine {
            // Long enough for what comes before and after on a machine that does much else.
            if code == .statementTimeout { $0.statementTimeout = .seconds(3) }
        } _: { _, database in
            try await database.write { transaction in
                try transaction.execute(
                    "make",
                    """
                    CREATE TABLE t (
                        id BIGINT PRIMARY KEY, parent BIGINT CONSTRAINT t_parent REFERENCES t,
                        name TEXT NOT NULL CONSTRAINT t_short CHECK (length(name) < 5))
                    """)
                try transaction.execute("add", "INSERT INTO t VALUES (1, NULL, 'one')")
            }
            let error = await sqlError {
                try await database.write { _ = try $0.execute("wrong", SQL(trusted: statement)) }
            }
            #expect(error?.code == code)
            #expect(error?.constraint == constraint)
            #expect(error?.statement == "wrong")
            #expect(error?.description.contains("secret-1") == false)
            #expect(error?.description.contains("secret-3") == false)
            #expect(error?.description.contains("toolong") == false)
            let found = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(found == 1)
        }
    }

    @Test("bound values do not appear in failures")
    func failuresWithoutValues() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let secret = "hunter2 \"quoted\" end"
            let error = await sqlError {
                try await database.read { _ = try $0.scalar("cast", "SELECT \(secret)::date::text", as: String.self) }
            }
            #expect(error?.code == .unexpectedValue)
            #expect(error?.description.contains("hunter2") == false)
            #expect(error?.description.contains("quoted") == false)
        }
    }

    @Test("text with a NUL byte is refused before it is sent")
    func nulBytes() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            let error = await sqlError {
                try await database.read { _ = try $0.scalar("nul", "SELECT \("a\0b")", as: String.self) }
            }
            #expect(error?.code == .unstorable)
            #expect(engine.roundTrips == 0)
        }
    }

    @Test("a connection that is lost in mid-work fails the work, and the next works")
    func lostInMidWork() async throws {
        try await PostgreSQLServer.withEngine {
            $0.base = 1
            $0.overflow = 0
        } _: { _, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a BIGINT)") }
            let error = await sqlError {
                try await database.write { transaction in
                    try transaction.execute("add", "INSERT INTO t VALUES (1)")
                    _ = try? transaction.execute("die", "SELECT pg_terminate_backend(pg_backend_pid())")
                    try transaction.execute("add", "INSERT INTO t VALUES (2)")
                }
            }
            #expect(error?.code == .unavailable)
            #expect(error?.isTransient == true)
            let count = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(count == 0)
        }
    }

    @Test(
        "a connection that was lost while it rested is replaced unnoticed",
        .disabled(if: PostgreSQLServer.isPooled, "it may be lent to somebody else"))
    func lostAtRest() async throws {
        try await PostgreSQLServer.withEngine {
            $0.base = 1
            $0.overflow = 0
        } _: { _, database in
            let pid = try await database.read { try $0.scalar("pid", "SELECT pg_backend_pid()", as: Int.self) } ?? 0
            // The single statement has a connection of its own. It waits until the other one is gone.
            let isGone = try await database.fetchFirst("kill", "SELECT pg_terminate_backend(\(pid)::int, 5000)") {
                try $0[0] as Bool
            }
            #expect(isGone == true)
            let next = try await database.read { try $0.scalar("pid", "SELECT pg_backend_pid()", as: Int.self) }
            #expect(next != nil && next != pid)
        }
    }

    @Test("a connection that is lost during the commit leaves the outcome open, and says so")
    func lostInCommit() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            try await database.write { transaction in
                try transaction.channel.runMigrationScript(
                    """
                    CREATE TABLE t (a BIGINT);
                    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
                    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION die();
                    """, transaction)
            }
            let error = await sqlError {
                try await database.write { try $0.executeLater("add", "INSERT INTO t VALUES (1)") }
            }
            #expect(error?.code == .commitUnknown)
            #expect(error?.message.contains("unknown") == true)
        }
    }

    @Test("a commit that a deferred constraint refuses keeps nothing")
    func refusedCommit() async throws {
        try await PostgreSQLServer.withEngine {
            $0.base = 1
            $0.overflow = 0
        } _: { _, database in
            try await database.write {
                _ = try $0.execute(
                    "make", "CREATE TABLE t (a BIGINT CONSTRAINT t_once UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            }
            let error = await sqlError {
                try await database.write { _ = try $0.execute("add", "INSERT INTO t VALUES (1), (1)") }
            }
            #expect(error?.code == .uniqueViolation)
            #expect(error?.constraint == "t_once")
            let found = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(found == 0)
        }
    }

    @Test("a plan shows how, and no values")
    func plan() async throws {
        try await PostgreSQLServer.withEngine { engine, database in
            try await database.write { _ = try $0.execute("make", "CREATE TABLE t (a TEXT PRIMARY KEY, b BIGINT)") }
            let plan = try await engine.plan(of: "SELECT b FROM t WHERE a = \("secret") AND b = \(5)")
            #expect(plan.joined().contains("t"))
            #expect(plan.joined().contains("$1"))
            #expect(!plan.joined().contains("secret"))
            let error = await sqlError { _ = try await engine.plan(of: "SELECT b FROM u") }
            #expect(error?.code == .syntax)
        }
    }

    @Test("a slow statement that has no plan does not harm its transaction")
    func planInsideTransaction() async throws {
        try await PostgreSQLServer.withEngine { engine, _ in
            let everything = QueryLog(logger: PostgreSQLServer.silentLogger, slowMilliseconds: 0)
            let database = Database(engine: engine, queries: everything)
            try await database.write { transaction in
                try transaction.execute("make", "CREATE TABLE t (a BIGINT)")
                try transaction.execute("add", "INSERT INTO t VALUES (\(1))")
            }
            let found = try await database.read { try $0.scalar("count", "SELECT count(*) FROM t", as: Int.self) }
            #expect(found == 1)
        }
    }

    @Test("migrations run, and two nodes may start at once")
    func migrations() async throws {
        try await PostgreSQLServer.withEngine { _, database in
            let component = SchemaComponent(
                name: "test",
                migrations: [
                    Migration(1, "tables") { "CREATE TABLE a (id \($0.identity)); CREATE TABLE b (n \($0.integer))" },
                    Migration(2, "more") { "CREATE TABLE c (t \($0.text))" },
                ])
            let now = Instant(milliseconds: 0)
            async let first = database.migrate([component], at: now)
            async let second = database.migrate([component], at: now)
            let applied = try await first + second
            #expect(applied.sorted() == ["test/1 tables", "test/2 more"])
            let broken = SchemaComponent(
                name: "broken",
                migrations: [Migration(1, "half") { _ in "CREATE TABLE d (a BIGINT); CREATE TABEL e (a INT)" }])
            let error = await sqlError { _ = try await database.migrate([broken], at: now) }
            #expect(error?.code == .syntax)
            let isThere = try await database.read {
                try $0.scalar("d", "SELECT to_regclass('d') IS NOT NULL", as: Bool.self)
            }
            #expect(isThere == false)
        }
    }
}

extension SessionChannel {
    /// Several statements, as a migration has them.
    fileprivate func runMigrationScript(_ text: String, _ transaction: Transaction) throws {
        for statement in text.split(separator: ";\n") {
            try transaction.execute("script", SQL(trusted: String(statement)))
        }
    }
}

@Suite
struct PostgreSQLConfigurationTests {
    @Test("a URL that can't be read is refused without repeating it")
    func brokenURL() async {
        let error = await sqlError {
            _ = try await PostgreSQLEngine.open(
                PostgreSQLEngine.Configuration(url: "postgres://user:hunter2@[::1/db?x=hunter2", schema: "bags"))
        }
        #expect(error?.code == .other)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("a schema's name that would need quotes is refused", arguments: ["", "Bags", "a b", "1a", "a\"", "a-b"])
    func schemaNames(name: String) async {
        let error = await sqlError {
            _ = try await PostgreSQLEngine.open(
                PostgreSQLEngine.Configuration(url: "postgres://localhost", schema: name))
        }
        #expect(error?.code == .other)
    }

    @Test("a server that is not there is told without the password")
    func noServer() async {
        let error = await sqlError {
            _ = try await PostgreSQLEngine.open(
                PostgreSQLEngine.Configuration(url: "postgres://user:hunter2@127.0.0.1:1/db", schema: "bags"))
        }
        #expect(error?.code == .unavailable)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("settings do not print the URL")
    func description() {
        let configuration = PostgreSQLEngine.Configuration(url: "postgres://user:hunter2@db/x", schema: "bags")
        #expect(!"\(configuration)".contains("hunter2"))
    }
}
