/// The foreign keys of PostgreSQL's tables, taken away while rows come in whatever order.
enum ForeignKeys {
    struct Link: Sendable, Hashable {
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

    /// Makes one again; fails when a row points at nothing.
    /// - Throws: ``SQLError``.
    static func restore(_ link: Link, in transaction: Transaction) throws {
        try alter(link, "ADD CONSTRAINT \(TableShape.quoted(link.name)) \(link.definition)", in: transaction)
    }

    private static func alter(_ link: Link, _ change: String, in transaction: Transaction) throws {
        try transaction.execute(
            "move.link", SQL(trusted: "ALTER TABLE \(TableShape.quoted(link.table)) \(change)"))
    }
}
