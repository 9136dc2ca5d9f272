/// Moves an application from its embedded database to PostgreSQL: every row of every table, counted and compared
/// afterwards.
///
/// The source is only read, and must not be served meanwhile: what is written to it while it is copied shows as a
/// difference. The target gets its schema here and must hold nothing. A move that fails leaves the target half filled; drop
/// its schema and move again.
public struct DataMove: Sendable {
    /// What became of one table.
    public struct Table: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Rows in the source.
        public let rows: Int
        /// Rows in the target.
        public let arrived: Int
        /// Digest of the rows of the source, in whatever order: 16 hexadecimal digits.
        public let digest: String
        /// The same of the target.
        public let arrivedDigest: String

        /// Whether all rows have arrived as they were.
        public var isWhole: Bool { rows == arrived && digest == arrivedDigest }
    }

    /// Rows that travel together at the most.
    private static let chunkRows = 10_000
    /// Bytes of their values, about, after which they travel: files lie in tables too, in parts of some hundred kilobytes.
    private static let chunkBytes = 8 << 20

    private let source: Database
    private let target: Database

    /// A move from an embedded database to one of PostgreSQL.
    public init(from source: Database, to target: Database) {
        self.source = source
        self.target = target
    }

    /// Moves everything.
    /// - Parameters:
    ///   - components: the application's schema with the platform's.
    ///   - tell: hears of each table once it has been compared.
    /// - Returns: what became of each table, by name.
    /// - Throws: ``DataMoveRefusal``, ``SQLError``.
    public func run(
        _ components: [SchemaComponent], at now: Instant, telling tell: @Sendable (Table) -> Void = { _ in }
    ) async throws -> [Table] {
        try await refuseUnfit(components, at: now)
        _ = try await target.migrate(components, at: now)
        try await makeFurtherTables()
        let tables = try await sharedTables()
        let links = try await change { transaction in
            let links = try ForeignKeys.drop(in: transaction)
            let names = tables.map(\.quotedName).joined(separator: ", ")
            // A new schema comes with rows of its own; those of the source stand in their place.
            try transaction.execute("move.clear", SQL(trusted: "TRUNCATE \(names)"))
            return links
        }
        for table in tables { try await copy(table) }
        try await finish(tables, links)
        return try await compare(tables, telling: tell)
    }

    /// Changes the target without a limit of time: a chunk, a foreign key or statistics of a large table take longer than what
    /// people ask for may.
    @discardableResult
    private func change<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await target.write { transaction in
            try transaction.liftTimeLimit()
            return try body(transaction)
        }
    }

    // MARK: - Before

    private func refuseUnfit(_ components: [SchemaComponent], at now: Instant) async throws {
        guard source.dialect == .sqlite, target.dialect == .postgresql else {
            throw DataMoveRefusal(description: "rows move from SQLite to PostgreSQL, and no other way")
        }
        let pending = try await source.migrate(components, at: now, dryRun: true)
        guard pending.isEmpty else {
            throw DataMoveRefusal(
                description: "the source lacks \(pending.count) steps of its schema; run portico migrate on it first")
        }
        let filled = try await target.read { reading in
            try TableShape.all(in: reading).first { table in
                let any = SQL(trusted: "SELECT 1 FROM \(table.quotedName) LIMIT 1")
                return try reading.scalar("move.any", any, as: Int.self) != nil
            }
        }
        if let filled {
            throw DataMoveRefusal(
                description: "the target is not empty: there are rows in \(filled.name); it takes an empty schema")
        }
    }

    /// Makes the tables that the source has beside its schema, such as the mark of demonstration data.
    private func makeFurtherTables() async throws {
        let known = Set(try await target.read { try TableShape.all(in: $0) }.map(\.name))
        let further = try await source.read { reading in
            try TableShape.all(in: reading).filter { !known.contains($0.name) }.map {
                try $0.definition(in: reading)
            }
        }
        try await change { transaction in
            for definition in further { try transaction.execute("move.make", definition) }
        }
    }

    /// The tables of the source with the columns to be copied. Columns that only the target has get their defaults.
    private func sharedTables() async throws -> [TableShape] {
        let (own, other) = (
            try await source.read { try TableShape.all(in: $0) }, try await target.read { try TableShape.all(in: $0) }
        )
        let known = Dictionary(other.map { ($0.name, Set($0.columns)) }, uniquingKeysWith: { first, _ in first })
        for table in own {
            guard let columns = known[table.name], columns.isSuperset(of: table.columns) else {
                throw DataMoveRefusal(description: "the target has no place for all of \(table.name)")
            }
        }
        return own
    }

    // MARK: - Rows

    private func copy(_ table: TableShape) async throws {
        var last: [SQLValue]?
        repeat {
            let chunk = try await chunk(of: table, after: last)
            guard !chunk.rows.isEmpty else { return }
            try await change { transaction in
                _ = try transaction.bulkInsert(
                    "move.load", into: table.name, columns: table.columns, rows: chunk.rows)
            }
            last = chunk.isLast ? nil : chunk.key
        } while last != nil
    }

    /// Rows in the order of the key.
    private struct Chunk: Sendable {
        var rows: [[SQLValue]] = []
        /// The key of the last of them.
        var key: [SQLValue] = []
        /// Bytes of the values, about.
        var bytes = 0
        var isLast = true

        var isFull: Bool { rows.count >= DataMove.chunkRows || bytes >= DataMove.chunkBytes }
    }

    /// Ends the reading of a chunk.
    private struct ChunkIsFull: Error {}

    /// The next rows.
    private func chunk(of table: TableShape, after last: [SQLValue]?) async throws -> Chunk {
        try await source.readAtLength { reading in
            var statement = SQL(trusted: "SELECT \(table.quotedColumns), \(table.quotedKey) FROM \(table.quotedName)")
            if let last, let first = last.first {
                let values = last.dropFirst().reduce("\(first)" as SQL) { $0 + ", \($1)" }
                statement += SQL(trusted: " WHERE (\(table.quotedKey)) > (") + values + ")"
            }
            statement += SQL(trusted: " ORDER BY \(table.quotedKey) LIMIT \(DataMove.chunkRows + 1)")
            var chunk = Chunk()
            let count = table.columns.count
            do {
                try reading.each("move.read", statement) { row in
                    guard !chunk.isFull else { throw ChunkIsFull() }
                    let values = try (0..<count).map { try row.value($0) }
                    chunk.bytes += values.reduce(0) { $0 + $1.size }
                    chunk.rows.append(values)
                    chunk.key = try (count..<(count + table.key.count)).map { try row.value($0) }
                }
            } catch is ChunkIsFull {
                chunk.isLast = false
            }
            return chunk
        }
    }

    // MARK: - After

    /// Foreign keys are made again, which checks every row; numbers go on after the highest ever given.
    private func finish(_ tables: [TableShape], _ links: [ForeignKeys.Link]) async throws {
        let given = try await source.read { reading in
            let kept = try reading.scalar(
                "move.counted", "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'", as: Int.self)
            guard kept != nil else { return [String: Int64]() }
            let rows = try reading.all("move.given", "SELECT name, seq FROM sqlite_sequence") {
                (try $0[0] as String, try $0[1] as Int64)
            }
            return Dictionary(rows, uniquingKeysWith: { first, _ in first })
        }
        try await change { transaction in
            try ForeignKeys.restore(links, in: transaction)
            for table in tables { try DataMove.advance(table, past: given[table.name] ?? 0, in: transaction) }
            try transaction.execute("move.analyze", "ANALYZE")
        }
    }

    private static func advance(_ table: TableShape, past given: Int64, in transaction: Transaction) throws {
        let columns = try transaction.all(
            "move.identities",
            """
            SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema()
                AND table_name = \(table.name) AND (is_identity = 'YES' OR column_default LIKE 'nextval(%')
            """
        ) { try $0[0] as String }
        for column in columns {
            let highest = SQL(
                trusted: "SELECT coalesce(max(\(TableShape.quoted(column))), 0) FROM \(table.quotedName)")
            let value = max(given, try transaction.scalar("move.highest", highest, as: Int64.self) ?? 0)
            guard value > 0 else { continue }
            try transaction.execute(
                "move.advance",
                "SELECT setval(pg_get_serial_sequence(\(table.quotedName), \(column)), CAST(\(value) AS BIGINT))")
        }
    }

    private func compare(_ tables: [TableShape], telling tell: @Sendable (Table) -> Void) async throws -> [Table] {
        var compared: [Table] = []
        for table in tables {
            let own = try await source.readAtLength { try TableDigest.of(table, in: $0) }
            let other = try await target.readAtLength { try TableDigest.of(table, in: $0) }
            let line = Table(
                name: table.name, rows: own.rows, arrived: other.rows, digest: own.text, arrivedDigest: other.text)
            tell(line)
            compared.append(line)
        }
        return compared
    }
}

/// Why nothing is moved.
public struct DataMoveRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line for the operator.
    public let description: String
}

/// The foreign keys of PostgreSQL's tables, taken away while rows come in whatever order.
enum ForeignKeys {
    struct Link: Sendable {
        let table: String
        let name: String
        let definition: String
    }

    /// Takes them away.
    /// - Throws: ``SQLError``.
    static func drop(in transaction: Transaction) throws -> [Link] {
        let links = try transaction.all(
            "move.links",
            """
            SELECT c.relname::text, k.conname::text, pg_get_constraintdef(k.oid)
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            WHERE k.contype = 'f' AND k.connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
            ORDER BY 1, 2
            """
        ) { Link(table: try $0[0], name: try $0[1], definition: try $0[2]) }
        for link in links { try alter(link, "DROP CONSTRAINT \(TableShape.quoted(link.name))", in: transaction) }
        return links
    }

    /// Makes them again; fails when a row points at nothing.
    /// - Throws: ``SQLError``.
    static func restore(_ links: [Link], in transaction: Transaction) throws {
        for link in links {
            try alter(
                link, "ADD CONSTRAINT \(TableShape.quoted(link.name)) \(link.definition)", in: transaction)
        }
    }

    private static func alter(_ link: Link, _ change: String, in transaction: Transaction) throws {
        try transaction.execute(
            "move.link", SQL(trusted: "ALTER TABLE \(TableShape.quoted(link.table)) \(change)"))
    }
}

extension SQLValue {
    /// Bytes that it takes, about.
    fileprivate var size: Int {
        switch self {
        case .null, .integer, .real: 16
        case .text(let text): 16 + text.utf8.count
        case .blob(let bytes): 16 + bytes.count
        }
    }
}
