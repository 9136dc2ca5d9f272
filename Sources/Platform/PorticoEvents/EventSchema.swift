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
                    \(columns(dialect)),
                    kind \(dialect.text) NOT NULL,
                    key \(dialect.text) NOT NULL,
                    payload \(dialect.text) NOT NULL,
                    at \(dialect.integer) NOT NULL) \(dialect.strict);
                CREATE TABLE event_positions (
                    projection \(dialect.text) NOT NULL PRIMARY KEY,
                    id \(dialect.integer) NOT NULL) \(dialect.strict)
                """
            }
        ])

    /// Ids are never used twice, also when the newest rows are gone. On PostgreSQL a transaction has its number before it
    /// takes an id, because columns get their defaults from left to right; ``OutboxFrontier`` depends on it.
    private static func columns(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: "id INTEGER PRIMARY KEY AUTOINCREMENT"
        case .postgresql:
            """
            transaction_id BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
                    id \(dialect.identity)
            """
        }
    }
}
