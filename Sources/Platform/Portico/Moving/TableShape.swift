/// A table as it stands in a database: what a copy of its rows needs to know.
struct TableShape: Sendable, Hashable {
    /// The ledger of migrations; every database has its own.
    static let ledger = "schema_migrations"

    let name: String
    /// Names of its columns, in order.
    let columns: [String]
    /// What tells its rows apart and orders them.
    let key: [String]

    var quotedName: String { TableShape.quoted(name) }
    var quotedColumns: String { columns.map { TableShape.quoted($0) }.joined(separator: ", ") }
    var quotedKey: String { key.map { TableShape.quoted($0) }.joined(separator: ", ") }

    static func quoted(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }

    /// The condition that compares the key with one that is known.
    func whereKey(_ comparison: String, _ values: [SQLValue]) -> SQL {
        var condition = SQL(trusted: " WHERE (\(quotedKey)) \(comparison) (")
        for (place, value) in values.enumerated() { condition += place == 0 ? "\(value)" : ", \(value)" }
        return condition + ")"
    }

    /// How many rows it has.
    /// - Throws: ``SQLError``.
    func count(in session: some SQLSession) throws -> Int {
        try session.scalar("move.count", SQL(trusted: "SELECT count(*) FROM \(quotedName)"), as: Int.self) ?? 0
    }

    /// All tables of a database but the ledger of migrations and what a move remembers, by name.
    /// - Throws: ``SQLError``.
    static func all(in session: some SQLSession) throws -> [TableShape] {
        try names(in: session).map { name in
            let columns = try columns(of: name, in: session)
            let key = columns.filter { $0.place > 0 }.sorted { $0.place < $1.place }.map(\.name)
            return TableShape(name: name, columns: columns.map(\.name), key: key.isEmpty ? ["rowid"] : key)
        }
    }

    private static func names(in session: some SQLSession) throws -> [String] {
        let names: SQL =
            switch session.dialect {
            case .sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            case .postgresql:
                """
                SELECT table_name::text FROM information_schema.tables
                WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
                """
            }
        let hidden = session.dialect == .postgresql ? MoveLedger.tables.union([ledger]) : [ledger]
        return try session.all("move.tables", names) { try $0[0] as String }.filter { !hidden.contains($0) }.sorted()
    }

    /// The columns with their places in the primary key, from 1; 0 for those outside of it.
    private static func columns(
        of table: String, in session: some SQLSession
    ) throws -> [(name: String, place: Int)] {
        let columns: SQL =
            switch session.dialect {
            case .sqlite: "SELECT name, pk FROM pragma_table_info(\(table)) ORDER BY cid"
            case .postgresql:
                """
                SELECT a.attname::text, coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
                WHERE n.nspname = current_schema() AND c.relname = \(table) AND a.attnum > 0 AND NOT a.attisdropped
                ORDER BY a.attnum
                """
            }
        return try session.all("move.columns", columns) { (name: try $0[0], place: try $0[1]) }
    }
}

extension TableShape {
    /// The statement that makes the same table in PostgreSQL: columns, what must not be null, and the key.
    /// - Parameter session: of SQLite, where the table is.
    /// - Throws: ``SQLError``; ``DataMoveRefusal`` for a column of a kind that strict tables do not have.
    func definition(in session: some SQLSession) throws -> SQL {
        let columns = try session.all(
            "move.definition", "SELECT name, type, \"notnull\" FROM pragma_table_info(\(name)) ORDER BY cid"
        ) { (name: try $0[0] as String, type: try $0[1] as String, isRequired: try $0[2] as Bool) }
        let lines = try columns.map { column in
            let type = try postgreSQLType(of: column.type)
            return "\(TableShape.quoted(column.name)) \(type)\(column.isRequired ? " NOT NULL" : "")"
        }
        let key = key == ["rowid"] ? [] : ["PRIMARY KEY (\(quotedKey))"]
        return SQL(trusted: "CREATE TABLE \(quotedName) (\((lines + key).joined(separator: ", ")))")
    }

    private func postgreSQLType(of type: String) throws -> String {
        switch type.uppercased() {
        case "INTEGER", "INT": "BIGINT"
        case "TEXT": "TEXT COLLATE \"C\""
        case "REAL": "DOUBLE PRECISION"
        case "BLOB": "BYTEA"
        default: throw DataMoveRefusal(description: "the target has no place for all of \(name)")
        }
    }
}
