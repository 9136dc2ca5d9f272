import Portico

/// What was told once, and must not be told again by another node or after a restart; and the ways to the scans of a
/// ticket and to the removals of a sack.
extension BagSchema {
    /// `told_stale_at` says when people were told that a check runs for too long. `chain_alarms` has a row for each
    /// broken row of the audit that administrators were told of, until the chain is whole again; for a line of the file of
    /// checkpoints its number less than 0.
    static func alarms(_ dialect: Dialect) -> String {
        """
        ALTER TABLE summary_sends ADD COLUMN job_id \(dialect.integer);
        ALTER TABLE gate_checks ADD COLUMN told_stale_at \(dialect.integer);
        CREATE TABLE chain_alarms (
            first_bad_seq \(dialect.integer) NOT NULL PRIMARY KEY,
            told_at \(dialect.integer) NOT NULL) \(dialect.strict);
        CREATE INDEX scans_ticket ON scans (ticket_id, id) WHERE ticket_id IS NOT NULL;
        CREATE INDEX bill_events_removed ON bill_events (reason, id) WHERE action = 'parent_removed';

        """
    }
}
