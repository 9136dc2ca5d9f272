import Portico

/// Custody events: append-only facts that bags entered, left or moved; the source of EPCIS (rule R41).
extension BagSchema {
    /// Nearly all events are packing: whoever asks for others would read those in vain, and scans pay nothing for it.
    static let custodyBesidePacking = """
        CREATE INDEX custody_events_unpacked ON custody_events (record_time) WHERE biz_step <> 'packing';

        """

    /// An event that corrects another is a row of its own that names it; the first stays as it was.
    static func custody(_ dialect: Dialect) -> String {
        """
        CREATE TABLE custody_events (
            id \(dialect.identity),
            event_uuid \(dialect.text) NOT NULL UNIQUE,
            fact \(dialect.text) NOT NULL,
            action \(dialect.text) NOT NULL CHECK (action IN ('ADD', 'DELETE', 'OBSERVE')),
            biz_step \(dialect.text) NOT NULL,
            disposition \(dialect.text) NOT NULL,
            parent_bag_id \(dialect.integer),
            parent_epc \(dialect.text),
            bill_id \(dialect.integer) REFERENCES bills (id),
            ticket_id \(dialect.integer),
            scan_id \(dialect.integer),
            area_code \(dialect.text) NOT NULL,
            actor_id \(dialect.integer) NOT NULL,
            source \(dialect.text) NOT NULL CHECK (source IN ('scan', 'import', 'correction', 'gate', 'return')),
            event_time \(dialect.integer) NOT NULL,
            record_time \(dialect.integer) NOT NULL,
            declared_error_at \(dialect.integer),
            corrects_id \(dialect.integer) REFERENCES custody_events (id)) \(dialect.strict);
        CREATE INDEX custody_events_recorded ON custody_events (record_time);
        CREATE INDEX custody_events_happened ON custody_events (event_time);
        CREATE INDEX custody_events_parent ON custody_events (parent_bag_id);
        CREATE INDEX custody_events_bill ON custody_events (bill_id) WHERE bill_id IS NOT NULL;
        CREATE INDEX custody_events_corrected ON custody_events (corrects_id) WHERE corrects_id IS NOT NULL;
        CREATE TABLE custody_event_bags (
            event_id \(dialect.integer) NOT NULL REFERENCES custody_events (id),
            bag_id \(dialect.integer) NOT NULL REFERENCES bags (id),
            PRIMARY KEY (event_id, bag_id)) \(keyed(dialect));
        CREATE INDEX custody_event_bags_bag ON custody_event_bags (bag_id);

        """
    }
}
