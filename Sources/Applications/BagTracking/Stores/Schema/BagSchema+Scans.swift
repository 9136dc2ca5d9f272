import Portico

/// Scans: one reading of one code by one person, never deleted.
extension BagSchema {
    /// Scans that came more than a minute after they were made, by area and when they came. They are few, and found without looking at
    /// the others. Condition and expression stand in ``Watchfulness`` word for word: an index serves no other.
    static let lateScans = """
        CREATE INDEX scans_late ON scans (area_code, recorded_at) WHERE recorded_at - scanned_at > 60000;

        """

    /// The same by an expression that no other index has. PostgreSQL knows nothing of how few come late and took the index of
    /// all scans by time instead, which is long on a busy day; and of an indexed expression it learns how its values lie.
    static let lateScansByExpression = """
        DROP INDEX scans_late;
        CREATE INDEX scans_late ON scans
            (area_code, (CASE WHEN recorded_at - scanned_at > 60000 THEN recorded_at END)) WHERE recorded_at - scanned_at > 60000;

        """

    /// Scans of uncommon outcomes and kinds: few among very many, which are bags put into sacks. The conditions stand in
    /// ``ScanLog`` word for word.
    static let uncommonScans = """
        CREATE INDEX scans_outcome ON scans (outcome, id) WHERE outcome <> 'linked';
        CREATE INDEX scans_user_outcome ON scans (user_id, outcome, id) WHERE outcome <> 'linked';
        CREATE INDEX scans_kind ON scans (kind, id) WHERE kind <> 'child';

        """

    /// Scans that were undone, and that came more than a minute late, in the order of their lists. The conditions stand in
    /// ``ScanLog`` word for word.
    static let markedScans = """
        CREATE INDEX scans_undone ON scans (id) WHERE undone_at IS NOT NULL;
        CREATE INDEX scans_delayed ON scans (id) WHERE recorded_at - scanned_at > 60000;

        """

    /// `answer` holds what an exact replay needs beyond the other columns, and is null when that is nothing: see
    /// ``ScanRemainder``.
    static func scans(_ dialect: Dialect) -> String {
        """
        CREATE TABLE scans (
            id \(dialect.identity),
            user_id \(dialect.integer) NOT NULL,
            client_scan_id \(dialect.text) NOT NULL CHECK (length(client_scan_id) <= 64),
            content_hash \(dialect.text) NOT NULL,
            kind \(dialect.text) NOT NULL CHECK (kind IN ('parent', 'child', 'bill', 'gate', 'return')),
            outcome \(dialect.text) NOT NULL CHECK (outcome IN
                ('created', 'found', 'linked', 'added', 'matched', 'returned', 'duplicate', 'rejected')),
            reject_code \(dialect.text) CHECK (length(reject_code) <= 40),
            code \(dialect.text) NOT NULL CHECK (length(code) <= 200),
            parent_code \(dialect.text) CHECK (length(parent_code) <= 20),
            bill_id \(dialect.integer) REFERENCES bills (id),
            ticket_id \(dialect.integer),
            area_code \(dialect.text),
            count_after \(dialect.integer),
            capacity \(dialect.integer),
            status_after \(dialect.text),
            answer \(dialect.text),
            device_id \(dialect.text) CHECK (length(device_id) <= 64),
            scanned_at \(dialect.integer) NOT NULL,
            recorded_at \(dialect.integer) NOT NULL,
            clock_adjusted \(dialect.integer) NOT NULL DEFAULT 0 CHECK (clock_adjusted IN (0, 1)),
            request_id \(dialect.text) NOT NULL,
            undone_at \(dialect.integer),
            undone_by \(dialect.integer),
            undo_reason \(dialect.text) CHECK (length(undo_reason) <= 200),
            UNIQUE (user_id, client_scan_id),
            CHECK ((outcome = 'rejected') = (reject_code IS NOT NULL))) \(dialect.strict);
        CREATE INDEX scans_user ON scans (user_id, id);
        CREATE INDEX scans_parent ON scans (parent_code, id);
        CREATE INDEX scans_code ON scans (code, id);
        CREATE INDEX scans_area ON scans (area_code, id);
        CREATE INDEX scans_bill ON scans (bill_id, id) WHERE bill_id IS NOT NULL;
        CREATE INDEX scans_recorded ON scans (recorded_at);

        """
    }
}
