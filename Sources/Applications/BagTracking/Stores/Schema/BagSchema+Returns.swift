import Portico

/// Return tickets: sacks that a consignee hands back (rules R29–R31).
extension BagSchema {
    /// An item keeps what a cancelled ticket puts back: the bill and the place on it, the area, and the hold that the
    /// sack had before.
    static func returns(_ dialect: Dialect) -> String {
        """
        CREATE TABLE return_tickets (
            id \(dialect.identity),
            code \(dialect.text) NOT NULL UNIQUE CHECK (length(code) <= 17),
            state \(dialect.text) NOT NULL CHECK (state IN ('open', 'committed', 'cancelled')),
            area_code \(dialect.text) NOT NULL REFERENCES areas (code),
            location \(dialect.text) NOT NULL CHECK (length(location) BETWEEN 2 AND 120),
            consignee \(dialect.text) CHECK (length(consignee) <= 120),
            notes \(dialect.text) CHECK (length(notes) <= 500),
            sack_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (sack_count >= 0),
            child_count \(dialect.integer) NOT NULL DEFAULT 0 CHECK (child_count >= 0),
            weight_grams \(dialect.integer) NOT NULL DEFAULT 0 CHECK (weight_grams >= 0),
            created_by \(dialect.integer) NOT NULL,
            created_at \(dialect.integer) NOT NULL,
            closed_at \(dialect.integer),
            CHECK ((state = 'open') = (closed_at IS NULL))) \(dialect.strict);
        CREATE INDEX return_tickets_state ON return_tickets (state, id);
        CREATE INDEX return_tickets_area ON return_tickets (area_code, id);
        CREATE TABLE return_items (
            ticket_id \(dialect.integer) NOT NULL REFERENCES return_tickets (id),
            bag_id \(dialect.integer) NOT NULL REFERENCES bags (id),
            original_bill_id \(dialect.integer) NOT NULL REFERENCES bills (id),
            original_position \(dialect.integer),
            original_area_code \(dialect.text) NOT NULL,
            child_count \(dialect.integer) NOT NULL CHECK (child_count >= 0),
            weight_grams \(dialect.integer) NOT NULL CHECK (weight_grams >= 0),
            condition \(dialect.text) NOT NULL
                CHECK (condition IN ('good', 'damaged', 'wet', 'short', 'expired', 'other')),
            earlier_hold_reason \(dialect.text),
            earlier_hold_since \(dialect.integer),
            scan_id \(dialect.integer) NOT NULL,
            scanned_at \(dialect.integer) NOT NULL,
            restored \(dialect.integer) CHECK (restored IN (0, 1)),
            restore_reason \(dialect.text),
            PRIMARY KEY (ticket_id, bag_id)) \(keyed(dialect));
        CREATE INDEX return_items_bag ON return_items (bag_id);
        CREATE INDEX return_items_bill ON return_items (original_bill_id);

        """
    }

    /// Whether an item's sack was put on a bill after it came back. Written with the sack, under its lock: neither the ids
    /// of scans nor their times tell which of two transactions came first.
    static func billedSince(_ dialect: Dialect) -> String {
        """
        ALTER TABLE return_items ADD COLUMN billed_since \(dialect.integer) NOT NULL DEFAULT 0
            CHECK (billed_since IN (0, 1));
        UPDATE return_items SET billed_since = 1 WHERE restored IS NULL AND (
            EXISTS (SELECT 1 FROM bags b WHERE b.id = return_items.bag_id AND b.bill_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM scans s JOIN bags b ON b.code = s.code WHERE b.id = return_items.bag_id
                AND s.id > return_items.scan_id AND s.kind = 'bill' AND s.outcome = 'added'));

        """
    }
}
