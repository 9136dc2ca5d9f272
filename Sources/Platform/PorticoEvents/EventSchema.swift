import PorticoSQL

/// The tables of the outbox.
public enum EventSchema {
    /// The steps of the outbox's schema.
    public static let component = SchemaComponent(
        name: "events",
        migrations: [
            Migration(1, "outbox") { dialect in
                """
                CREATE TABLE event_outbox (
                    id \(dialect.identity),
                    commit_order \(dialect.integer) NOT NULL DEFAULT \(commitOrder(dialect)),
                    kind \(dialect.text) NOT NULL,
                    key \(dialect.text) NOT NULL,
                    payload \(dialect.text) NOT NULL,
                    at \(dialect.integer) NOT NULL) \(dialect.strict);
                CREATE INDEX event_outbox_order ON event_outbox (commit_order, id);
                CREATE TABLE event_positions (
                    projection \(dialect.text) NOT NULL PRIMARY KEY,
                    commit_order \(dialect.integer) NOT NULL,
                    id \(dialect.integer) NOT NULL) \(dialect.strict)
                """
            }
        ])

    /// On PostgreSQL ids are given before the commit, so that a later id may become visible first; the transaction's own
    /// number puts them right. SQLite has one writer: ids are already in the order of commits.
    private static func commitOrder(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: "0"
        case .postgresql: "(pg_current_xact_id()::text::bigint)"
        }
    }
}
