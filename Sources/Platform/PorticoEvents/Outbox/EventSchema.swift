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
            },
            Migration(2, "log, leases, parking, builds, commands") { dialect in
                leases(dialect) + log(dialect) + parking(dialect) + commands(dialect)
            },
            Migration(3, "epoch of bridges") { dialect in
                """
                CREATE TABLE event_epoch (
                    bridge \(dialect.text) NOT NULL PRIMARY KEY, mark \(dialect.text) NOT NULL) \(dialect.strict)
                """
            },
        ])

    /// `generation` is the one that readers of a projection see; a build has the number of its own.
    private static func leases(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            ALTER TABLE event_positions ADD COLUMN holder \(text);
            ALTER TABLE event_positions ADD COLUMN lease_until \(integer);
            ALTER TABLE event_positions ADD COLUMN generation \(integer) NOT NULL DEFAULT 1;
            CREATE TABLE event_builds (
                projection \(text) NOT NULL PRIMARY KEY, generation \(integer) NOT NULL, id \(integer) NOT NULL,
                done \(integer) NOT NULL, total \(integer) NOT NULL, holder \(text) NOT NULL,
                lease_until \(integer) NOT NULL) \(dialect.strict);

            """
    }

    /// Events that are kept for longer than the outbox keeps them, under the ids they had there.
    private static func log(_ dialect: Dialect) -> String {
        """
        CREATE TABLE event_log (
            id \(dialect.integer) NOT NULL PRIMARY KEY, kind \(dialect.text) NOT NULL, key \(dialect.text) NOT NULL,
            payload \(dialect.text) NOT NULL, at \(dialect.integer) NOT NULL) \(dialect.strict);
        CREATE INDEX event_log_at ON event_log (at);

        """
    }

    private static func parking(_ dialect: Dialect) -> String {
        let (integer, text) = (dialect.integer, dialect.text)
        return """
            CREATE TABLE event_parked (
                consumer \(text) NOT NULL, id \(integer) NOT NULL, kind \(text) NOT NULL, key \(text) NOT NULL,
                payload \(text) NOT NULL, at \(integer) NOT NULL, state \(text) NOT NULL, tries \(integer) NOT NULL,
                reason \(text) NOT NULL, due_at \(integer) NOT NULL, parked_at \(integer) NOT NULL,
                PRIMARY KEY (consumer, id)) \(dialect.strict);
            CREATE INDEX event_parked_key ON event_parked (consumer, key, id);
            CREATE INDEX event_parked_due ON event_parked (consumer, due_at) WHERE state = 'retrying';

            """
    }

    private static func commands(_ dialect: Dialect) -> String {
        """
        CREATE TABLE event_commands (
            name \(dialect.text) NOT NULL, key \(dialect.text) NOT NULL, fingerprint \(dialect.blob) NOT NULL,
            answer \(dialect.text), at \(dialect.integer) NOT NULL, PRIMARY KEY (name, key)) \(dialect.strict);
        CREATE INDEX event_commands_at ON event_commands (at)
        """
    }

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
