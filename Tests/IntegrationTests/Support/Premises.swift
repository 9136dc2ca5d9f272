import PorticoPostgreSQL
import PorticoSQL
import PorticoSQLite
import PorticoTesting
import PorticoValues

/// What nodes share and what outlives them: a folder, and a database of their own on either engine.
struct Premises: Sendable {
    let engine: TestEngine
    let folder: TemporaryFolder
    private let secret = randomBytes(32).hexadecimal
    /// Name of the database on the server for tests; nil on SQLite.
    private let name: String?

    /// Gives premises to `body` and removes them afterwards.
    static func open(_ engine: TestEngine, _ body: (Premises) async throws -> Void) async throws {
        let premises = try await Premises(engine)
        do {
            try await body(premises)
            try await premises.remove()
        } catch {
            try? await premises.remove()
            throw error
        }
    }

    private init(_ engine: TestEngine) async throws {
        self.engine = engine
        folder = try TemporaryFolder()
        name = engine == .postgresql ? "portico_test_\(randomBytes(8).hexadecimal)" : nil
        if let name { try await Premises.sql("CREATE DATABASE \(name)") }
    }

    private func remove() async throws {
        folder.remove()
        if let name { try await Premises.sql("DROP DATABASE IF EXISTS \(name) WITH (FORCE)") }
    }

    /// What `portico serve` needs to know of them.
    var arguments: [String] {
        var arguments = ["--data", folder.path, "--set", "secret.key=\(secret)", "--set", "limits.mode=off"]
        if name != nil { arguments += ["--set", "database.url=\(url)"] }
        return arguments
    }

    /// Reads what the application has stored, beside a running node. On SQLite a node must be running: the last one to
    /// close the file tidies it up, which is the node's own task.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Reading) throws -> Value) async throws -> Value {
        try await withDatabase { try await $0.read(body) }
    }

    /// Opens the database for `body`.
    func withDatabase<Value: Sendable>(_ body: (Database) async throws -> Value) async throws -> Value {
        let opened: any DatabaseEngine
        switch engine {
        case .sqlite:
            opened = try await SQLiteEngine.open(
                SQLiteEngine.Configuration(path: folder.file("bags.sqlite"), readers: 1))
        case .postgresql:
            opened = try await PostgreSQLEngine.open(
                PostgreSQLEngine.Configuration(url: url, schema: "bags", base: 1, overflow: 0))
        }
        do {
            let value = try await body(Database(engine: opened, queries: .silent))
            await opened.close()
            return value
        } catch {
            await opened.close()
            throw error
        }
    }

    /// One number.
    func count(_ statement: SQL) async throws -> Int {
        try await read { try $0.scalar("test.count", statement, as: Int.self) ?? 0 }
    }

    /// Ends every connection to the database, as a server that restarts does.
    func cutConnections() async throws {
        guard let name else { return }
        try await Premises.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
    }

    /// Where the database is; empty on SQLite.
    var url: String {
        guard let server = TestEngine.postgreSQLServer, let name, let slash = server.lastIndex(of: "/") else {
            return ""
        }
        return "\(server[...slash])\(name)"
    }

    /// A statement that can't be in a transaction.
    private static func sql(_ statement: String) async throws {
        guard let server = TestEngine.postgreSQLServer else { return }
        try await run("psql", ["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement, server])
    }
}
