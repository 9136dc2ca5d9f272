import PorticoValues

/// One forward step of a schema. Steps are numbered from 1 per component, never changed once released.
public struct Migration: Sendable {
    /// Position in its component, from 1.
    public let number: Int
    /// What it does, in a few words.
    public let name: String
    /// The statements for a dialect, run in order in one transaction.
    public let script: @Sendable (Dialect) -> String

    /// A step.
    public init(_ number: Int, _ name: String, script: @escaping @Sendable (Dialect) -> String) {
        self.number = number
        self.name = name
        self.script = script
    }

    /// SHA-256 of the script for `dialect`, in hex.
    func checksum(_ dialect: Dialect) -> String {
        Digest.sha256(script(dialect).utf8).hexadecimal
    }
}

/// The schema of one part of a program: the platform's own tables, or an application's.
public struct SchemaComponent: Sendable {
    /// Short name, kept with every applied step.
    public let name: String
    /// All steps, in order.
    public let migrations: [Migration]

    /// A component.
    public init(name: String, migrations: [Migration]) {
        self.name = name
        self.migrations = migrations
    }
}

extension Database {
    /// Brings the schema up to date: every component in order, every missing step in one transaction with its record.
    ///
    /// Safe when several nodes start at once: they wait for each other.
    /// - Returns: `component/number name` of the steps that were applied (or, with `dryRun`, would be).
    /// - Throws: ``SQLError`` with code `.migration` when an applied step's text has changed or a newer program was here.
    public func migrate(_ components: [SchemaComponent], at now: Instant, dryRun: Bool = false) async throws -> [String]
    {
        if dryRun { return try await pending(components) }
        let dialect = dialect
        try await write { transaction in
            try transaction.beginMigrating()
            try transaction.channel.runScript(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    component \(dialect.text) NOT NULL, number \(dialect.integer) NOT NULL, name \(dialect.text) NOT NULL,
                    checksum \(dialect.text) NOT NULL, applied_at \(dialect.integer) NOT NULL,
                    PRIMARY KEY (component, number)) \(dialect.strict)
                """)
        }
        var applied: [String] = []
        for component in components {
            for migration in component.migrations {
                let isNew = try await write { try $0.apply(migration, of: component, at: now) }
                if isNew { applied.append("\(component.name)/\(migration.number) \(migration.name)") }
            }
            try await refuseNewerSchema(component)
        }
        return applied
    }

    /// The steps that are missing. Reads only: a database that nobody has migrated stays as it is.
    private func pending(_ components: [SchemaComponent]) async throws -> [String] {
        let dialect = dialect
        let applied = try await read { session in
            let isThere = try session.scalar("migrations.table", dialect.migrationsTable, as: Int.self) != nil
            return isThere
                ? try session.all("migrations.all", "SELECT component, number, checksum FROM schema_migrations") {
                    row in
                    (step: "\(try row[0] as String)/\(try row[1] as Int)", checksum: try row[2] as String)
                } : []
        }
        let checksums = Dictionary(applied.map { ($0.step, $0.checksum) }) { first, _ in first }
        var steps: [String] = []
        for component in components {
            for migration in component.migrations {
                if try migration.isMissing(from: component, checksums["\(component.name)/\(migration.number)"], dialect)
                {
                    steps.append("\(component.name)/\(migration.number) \(migration.name)")
                }
            }
            if !applied.isEmpty { try await refuseNewerSchema(component) }
        }
        return steps
    }

    private func refuseNewerSchema(_ component: SchemaComponent) async throws {
        let newest = try await read {
            try $0.scalar(
                "migrations.newest",
                "SELECT coalesce(max(number), 0) FROM schema_migrations WHERE component = \(component.name)",
                as: Int.self)
        }
        let known = component.migrations.last?.number ?? 0
        if let newest, newest > known {
            throw SQLError(
                .migration,
                message: "\(component.name) was brought to step \(newest) by a newer program; this one knows \(known)")
        }
    }
}

extension Dialect {
    /// Finds the table of applied steps.
    fileprivate var migrationsTable: SQL {
        switch self {
        case .sqlite: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
        case .postgresql: "SELECT 1 WHERE to_regclass('schema_migrations') IS NOT NULL"
        }
    }
}

extension Migration {
    /// Whether a step has not been applied.
    /// - Parameter recorded: the checksum it was applied with, if it was.
    /// - Throws: ``SQLError`` `.migration` when its text has changed since.
    fileprivate func isMissing(
        from component: SchemaComponent, _ recorded: String?, _ dialect: Dialect
    ) throws(SQLError) -> Bool {
        guard let recorded else { return true }
        guard recorded == checksum(dialect) else {
            throw SQLError(
                .migration, message: "\(component.name)/\(number) \(name) was changed after it was applied")
        }
        return false
    }
}

extension Transaction {
    /// One node at a time, and with all the time that an index over millions of rows takes.
    fileprivate func beginMigrating() throws {
        try liftTimeLimit()
        guard dialect == .postgresql else { return }
        try execute("migrations.lock", "SELECT pg_advisory_xact_lock(7071190342)")
    }

    fileprivate func apply(
        _ migration: Migration, of component: SchemaComponent, at now: Instant
    ) throws -> Bool {
        try beginMigrating()
        let checksum = migration.checksum(dialect)
        let recorded = try scalar(
            "migrations.find",
            """
            SELECT checksum FROM schema_migrations
            WHERE component = \(component.name) AND number = \(migration.number)
            """, as: String.self)
        guard try migration.isMissing(from: component, recorded, dialect) else { return false }
        try channel.runScript(migration.script(dialect))
        try execute(
            "migrations.record",
            """
            INSERT INTO schema_migrations (component, number, name, checksum, applied_at)
            VALUES (\(component.name), \(migration.number), \(migration.name), \(checksum), \(now))
            """)
        return true
    }
}
