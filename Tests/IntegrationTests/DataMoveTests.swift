import Glibc
import PorticoSQL
import PorticoTesting
import PorticoValues
import Testing

/// `portico migrate-data` ended from outside in the middle of copying, and run again.
@Suite(
    "A move to PostgreSQL that is ended", .enabled(if: Program.isThereWithServer, Program.missingServer),
    .timeLimit(.minutes(10)))
struct DataMoveTests {
    @Test("by a kill -9: it goes on to the same end, and nobody serves what is there before")
    func killed() async throws {
        try await betweenPremises { old, new in
            let first = try await stuck(old, new)
            first.child.send(SIGKILL)
            #expect(try await first.child.ended() == .signal(SIGKILL))
            await first.gate.open()

            let served = try Program.start(["serve", "bags", "--port", "0"] + new.arguments)
            #expect(try await served.ended() != .status(0))
            #expect(served.errors.contains("run portico migrate-data again"), "\(served.errors)")
            try await expectEnd(old, new)
        }
    }

    @Test("by the keyboard: it ends behind the step under way, says so, and goes on")
    func interrupted() async throws {
        try await betweenPremises { old, new in
            let first = try await stuck(old, new)
            first.child.send(SIGINT)
            try await eventually("its answer") { first.child.errors.contains("ends behind the step under way") }
            await first.gate.open()
            #expect(try await first.child.ended() == .status(130))
            #expect(first.child.errors.contains("the same command goes on"), "\(first.child.errors)")
            let done = try await new.count("SELECT rows_done FROM data_move_tables WHERE name = 'm_gate'")
            #expect(done == 3)
            try await expectEnd(old, new)
        }
    }

    /// A filled folder, and an empty database on the server.
    private func betweenPremises(_ body: (_ old: Premises, _ new: Premises) async throws -> Void) async throws {
        try await Premises.open(.sqlite) { old in
            try await RunningPortico.start(old).stop()
            try await old.withDatabase { database in
                try await database.write { transaction in
                    try transaction.execute("test.gate", "CREATE TABLE m_gate (id INTEGER NOT NULL PRIMARY KEY) STRICT")
                    try transaction.execute("test.rows", "INSERT INTO m_gate VALUES (1), (2), (3)")
                }
            }
            try await Premises.open(.postgresql) { new in try await body(old, new) }
        }
    }

    private func start(_ old: Premises, _ new: Premises) throws -> ChildProcess {
        try Program.start([
            "migrate-data", "bags", "--from", "sqlite:\(old.folder.path)", "--to", new.url, "--data", new.folder.path,
        ])
    }

    /// A move that stands in the middle of a batch, with what lets it go on.
    private func stuck(_ old: Premises, _ new: Premises) async throws -> (child: ChildProcess, gate: Gate) {
        try await new.withDatabase { database in
            try await database.write { transaction in
                try transaction.execute("test.gate", "CREATE TABLE m_gate (id BIGINT NOT NULL PRIMARY KEY)")
                try transaction.execute(
                    "test.wait_function",
                    """
                    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END'
                    """)
                try transaction.execute(
                    "test.wait",
                    """
                    CREATE TRIGGER wait_at_gate BEFORE INSERT ON m_gate
                    FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()
                    """)
            }
        }
        let gate = try await Gate(new)
        let child = try start(old, new)
        try await eventually("a batch that waits", within: 120) {
            if child.isOver { throw Overdue(description: "the move has ended: \(child.errors)") }
            return try await new.count(
                """
                SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """) == 1
        }
        #expect(try await new.count("SELECT count(*) FROM data_move_tables WHERE name > 'm_gate' AND is_done = 1") == 0)
        #expect(try await new.count("SELECT count(*) FROM data_move_tables WHERE is_done = 1") > 3)
        return (child, gate)
    }

    /// The second run comes to the end and leaves nothing of its own.
    private func expectEnd(_ old: Premises, _ new: Premises) async throws {
        let child = try start(old, new)
        #expect(try await child.ended(within: 120) == .status(0), "\(child.errors)")
        #expect(child.output.contains("goes on with the move that began at"), "\(child.output)")
        #expect(child.output.hasSuffix(", equal\n"), "\(child.output)")
        #expect(!child.output.contains("DIFFERS"))
        #expect(child.errors.contains("bags: copying, table "), "\(child.errors)")
        #expect(!child.errors.contains("\u{1B}"), "no terminal is there to redraw a line")
        let left = try await new.count(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'bags' AND tablename LIKE 'data\\_move%'")
        #expect(left == 0)
        for table in ["bags", "scans", "custody_events", "accounts", "m_gate"] {
            let count = SQL(trusted: "SELECT count(*) FROM \(table)")
            let own = try await old.withDatabase { database in
                try await database.read { try $0.scalar("test.count", count, as: Int.self) ?? 0 }
            }
            #expect(try await new.count(count) == own && own > 0, "\(table)")
        }
    }
}

/// What keeps a batch waiting until it is opened.
private final class Gate: Sendable {
    private let door = ThreadDoor()
    private let holder: Task<Void, any Error>

    /// A closed one.
    init(_ premises: Premises) async throws {
        let (closed, told) = AsyncStream.makeStream(of: Void.self)
        holder = Task { [door] in
            defer { told.finish() }
            try await premises.withDatabase { database in
                try await database.write { transaction in
                    try transaction.execute("test.patience", "SET LOCAL idle_in_transaction_session_timeout = 0")
                    _ = try transaction.first("test.close", "SELECT pg_advisory_xact_lock(4711)") { _ in true }
                    told.yield()
                    door.pass()
                }
            }
        }
        for await _ in closed { break }
    }

    /// Lets everything through.
    func open() async {
        door.open()
        _ = try? await holder.value
    }
}
