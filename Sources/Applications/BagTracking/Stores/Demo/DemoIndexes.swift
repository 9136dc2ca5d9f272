import Portico

/// The secondary indexes of the large tables, taken away for a bulk load and made again after it: sorting once is
/// several times cheaper than finding every row's place. What belongs to a constraint stays.
struct DemoIndexes: Sendable {
    private let definitions: [(name: String, text: String)]

    /// Finds them in the catalogue of the database.
    /// - Throws: ``SQLError``.
    init(in session: some SQLSession) throws {
        let query: SQL
        switch session.dialect {
        case .sqlite:
            query = """
                SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
                    AND tbl_name IN ('bags', 'scans', 'custody_events', 'custody_event_bags') ORDER BY name
                """
        case .postgresql:
            query = """
                SELECT c.relname::text, pg_get_indexdef(c.oid) FROM pg_index i
                JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
                WHERE t.relname IN ('bags', 'scans', 'custody_events', 'custody_event_bags')
                    AND t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
                    AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid)
                ORDER BY 1
                """
        }
        definitions = try session.all("demo.indexes", query) { (name: try $0[0], text: try $0[1]) }
    }

    /// How many there are.
    var count: Int { definitions.count }

    /// Takes them away.
    /// - Throws: ``SQLError``.
    func drop(in transaction: Transaction) throws {
        for definition in definitions {
            try transaction.execute("demo.drop_index", SQL(trusted: "DROP INDEX \(definition.name)"))
        }
    }

    /// Makes one of them again.
    /// - Throws: ``SQLError``.
    func create(_ index: Int, in transaction: Transaction) throws {
        try transaction.liftTimeLimit()
        try transaction.execute("demo.create_index", SQL(trusted: definitions[index].text))
    }
}
