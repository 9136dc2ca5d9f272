import Portico

/// Daily summaries (rules R39, R40): who has had which, and the way to the acts of a day.
extension BagSchema {
    static func summaries(_ dialect: Dialect) -> String {
        """
        CREATE TABLE summary_sends (
            date \(dialect.text) NOT NULL,
            user_id \(dialect.integer) NOT NULL REFERENCES accounts (id),
            sent_at \(dialect.integer) NOT NULL,
            PRIMARY KEY (date, user_id)) \(keyed(dialect));
        CREATE INDEX scans_undone ON scans (undone_at) WHERE undone_at IS NOT NULL;
        CREATE INDEX custody_events_imported ON custody_events (record_time) WHERE fact = 'imported';

        """
    }
}
