import Portico

/// What happened to bills, and the checks of their lorries at the gate (rules R24, R27).
extension BagSchema {
    /// `totals` holds what was on the bill at that moment, as JSON. One check runs on a bill at a time, and a sack is
    /// seen, or found, once in a check: the unique indexes say so.
    static func gate(_ dialect: Dialect) -> String {
        """
        CREATE TABLE bill_events (
            id \(dialect.identity),
            bill_id \(dialect.integer) NOT NULL REFERENCES bills (id),
            action \(dialect.text) NOT NULL CHECK (action IN ('created', 'updated', 'parent_removed', 'completed',
                'reopened', 'gate_started', 'gate_abandoned', 'dispatched', 'delivered', 'cancelled')),
            from_state \(dialect.text),
            to_state \(dialect.text) NOT NULL,
            actor_id \(dialect.integer) NOT NULL,
            at \(dialect.integer) NOT NULL,
            reason \(dialect.text) CHECK (length(reason) <= 500),
            totals \(dialect.text)) \(dialect.strict);
        CREATE INDEX bill_events_bill ON bill_events (bill_id, id);
        CREATE INDEX bill_events_at ON bill_events (at);
        CREATE TABLE gate_checks (
            id \(dialect.identity),
            bill_id \(dialect.integer) NOT NULL REFERENCES bills (id),
            state \(dialect.text) NOT NULL CHECK (state IN ('running', 'passed', 'abandoned')),
            expected_count \(dialect.integer) NOT NULL CHECK (expected_count >= 0),
            seen_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (seen_count BETWEEN 0 AND expected_count),
            open_findings \(dialect.integer) NOT NULL DEFAULT 0 CHECK (open_findings >= 0),
            started_by \(dialect.integer) NOT NULL,
            started_at \(dialect.integer) NOT NULL,
            ended_at \(dialect.integer)) \(dialect.strict);
        CREATE UNIQUE INDEX gate_checks_running ON gate_checks (bill_id) WHERE state = 'running';
        CREATE INDEX gate_checks_bill ON gate_checks (bill_id);
        CREATE TABLE gate_check_sacks (
            gate_check_id \(dialect.integer) NOT NULL REFERENCES gate_checks (id),
            bag_id \(dialect.integer) NOT NULL REFERENCES bags (id),
            seen_at \(dialect.integer) NOT NULL,
            seen_by \(dialect.integer) NOT NULL,
            PRIMARY KEY (gate_check_id, bag_id)) \(keyed(dialect));
        CREATE TABLE gate_findings (
            id \(dialect.identity),
            gate_check_id \(dialect.integer) NOT NULL REFERENCES gate_checks (id),
            bag_id \(dialect.integer) NOT NULL REFERENCES bags (id),
            found_at \(dialect.integer) NOT NULL,
            resolution \(dialect.text) CHECK (resolution IN ('unloaded')),
            resolved_by \(dialect.integer),
            resolved_at \(dialect.integer),
            UNIQUE (gate_check_id, bag_id),
            CHECK ((resolution IS NULL) = (resolved_at IS NULL))) \(dialect.strict);

        """
    }

    /// What was scanned when a sack was found, for those who may not know which sack that is (rule R9). Of findings that are
    /// there the scan tells it, where it kept what was read.
    static func scannedFindings(_ dialect: Dialect) -> String {
        """
        ALTER TABLE gate_findings ADD COLUMN scanned \(dialect.text) CHECK (length(scanned) <= 200);
        UPDATE gate_findings SET scanned = (
            SELECT s.code FROM gate_checks c JOIN scans s ON s.bill_id = c.bill_id
            WHERE c.id = gate_findings.gate_check_id AND s.kind = 'gate' AND s.reject_code = 'other_area'
                AND s.recorded_at = gate_findings.found_at
            ORDER BY s.id LIMIT 1);

        """
    }

    /// The place of a sack among those of its bill, in the order they were added. Sacks billed before there were
    /// places keep the order of their registration.
    static func billPositions(_ dialect: Dialect) -> String {
        """
        ALTER TABLE bags ADD COLUMN bill_position \(dialect.integer);
        UPDATE bags SET bill_position = id WHERE bill_id IS NOT NULL;
        DROP INDEX bags_bill;
        CREATE INDEX bags_bill ON bags (bill_id, bill_position) WHERE bill_id IS NOT NULL;

        """
    }
}
