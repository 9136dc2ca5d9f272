import Portico

/// One thing that happened to a sack or bag.
struct HistoryStep: Sendable, Hashable {
    /// When, by the clock of the device that told of it.
    var at: Instant
    /// When the server recorded it: what the order follows.
    var recordedAt: Instant
    /// `created`, `linked`, `duplicate`, `rejected`, `billed`, `unbilled`, `moved`, `unlinked`, `dispatched`, `retired`, …
    var what: String
    var parentCode: String?
    var billCode: String?
    /// The bill of that code.
    var billID: Int64?
    var ticketCode: String?
    var user: ScanItem.User?
    var scanID: Int64?
    var isUndone = false
    /// Where it was read from, and its id there: what decides between steps of one moment.
    fileprivate(set) var source = 0
    fileprivate(set) var sourceID: Int64 = 0

    /// The place in the list, newest first.
    fileprivate var key: (Int64, Int, Int64) { (recordedAt.milliseconds, source, sourceID) }

    /// The place as a cursor keeps it.
    var position: [String] { [String(recordedAt.milliseconds), String(source), String(sourceID)] }
}

/// Tells the history of a sack or bag, newest first: its scans, its custody events, what the office
/// did to it, and when it came off a bill.
struct BagHistory<Session: SQLSession> {
    /// The most steps read from one source for a page; a bag has some tens in its life.
    private static var most: Int { 1000 }

    let session: Session
    let row: BagRow
    /// The area the reader is bound to; nil for readers of all areas.
    let areaCode: String?

    /// One page.
    /// - Parameter after: position of the last step of the page before; nil for the first page.
    /// - Throws: ``Refusal`` for a position that is none, ``SQLError``.
    func page(after: [String]?, limit: Int) throws -> Page<HistoryStep> {
        var start = (Int64.max, Int.max, Int64.max)
        if let after {
            guard after.count == 3, let time = Int64(after[0]), let source = Int(after[1]), let id = Int64(after[2])
            else {
                throw ListCursor.refusal
            }
            start = (time, source, id)
        }
        let steps = try steps(upTo: start.0)
        let fetched = steps.filter { $0.key < start }.sorted { $0.key > $1.key }
        return Page(fetched: Array(fetched.prefix(limit + 1)), limit: limit, position: \.position)
    }

    /// What all four sources tell, in one statement.
    private func steps(upTo time: Int64) throws -> [HistoryStep] {
        let sql: SQL = """
            SELECT h.source, h.at, h.recorded_at, h.what, h.parent_code, h.bill_code, h.user_id, u.name, h.scan_id,
                h.source_id, h.undone_at, t.code, h.bill_id
            FROM (SELECT * FROM (\(scans(upTo: time))) AS scanned
                UNION ALL SELECT * FROM (\(custody(upTo: time))) AS moved
                UNION ALL SELECT * FROM (\(acts(upTo: time))) AS decided
                UNION ALL SELECT * FROM (\(removals(upTo: time))) AS freed) AS h
            LEFT JOIN accounts u ON u.id = h.user_id LEFT JOIN return_tickets t ON t.id = h.ticket_id
            """
        return try session.all("history.steps", sql.plannedOnce) { row in
            let source: Int = try row[0]
            return HistoryStep(
                at: try row[1], recordedAt: try row[2], what: Self.word(source, try row[3]), parentCode: try row[4],
                billCode: try row[5], billID: try row[12], ticketCode: try row[11], user: try Self.user(row, 6),
                scanID: try row[8], isUndone: !row.isNull(10),
                source: source, sourceID: try row[9])
        }
    }

    /// A sack that came back from another area's bill was on a bill that the reader must not see (rule R9).
    private var ofOwnArea: SQL { areaCode.map { "AND l.area_code = \($0)" } ?? "" }

    private func scans(upTo time: Int64) -> SQL {
        let area: SQL = areaCode.map { "AND s.area_code = \($0)" } ?? ""
        return """
            SELECT 2 AS source, s.scanned_at AS at, s.recorded_at, s.outcome AS what, s.parent_code, l.code AS bill_code,
                s.user_id, s.id AS scan_id, s.id AS source_id, s.undone_at, s.ticket_id,
                l.id AS bill_id
            FROM scans s LEFT JOIN bills l ON l.id = s.bill_id \(ofOwnArea)
            WHERE s.code = \(row.code) AND s.recorded_at <= \(time) \(area) ORDER BY s.id DESC LIMIT \(Self.most)
            """
    }

    /// What no scan tells of; and for a bag where sacks went with it inside, also those it is no longer in.
    private func custody(upTo time: Int64) -> SQL {
        let area: SQL = areaCode.map { "AND e.area_code = \($0)" } ?? ""
        let told: SQL = row.kind == .parent ? ownEvents : ownEvents + " UNION " + journeys
        return """
            SELECT 1 AS source, e.event_time AS at, e.record_time AS recorded_at, e.fact AS what, p.code AS parent_code,
                l.code AS bill_code, e.actor_id AS user_id, e.scan_id, e.id AS source_id, CAST(NULL AS BIGINT) AS undone_at,
                e.ticket_id, l.id AS bill_id
            FROM (\(told)) AS told JOIN custody_events e ON e.id = told.id
            LEFT JOIN bags p ON p.id = e.parent_bag_id LEFT JOIN bills l ON l.id = e.bill_id \(ofOwnArea)
            WHERE e.record_time <= \(time) \(area)
            ORDER BY e.id DESC LIMIT \(Self.most)
            """
    }

    /// The events that name it. That it was put into a sack by a scan, or returned, its scans tell.
    private var ownEvents: SQL {
        """
        SELECT o.id AS id FROM custody_event_bags x JOIN custody_events o ON o.id = x.event_id
        WHERE x.bag_id = \(row.id) AND o.fact IN ('imported', 'moved_in', 'unlinked', 'emptied', 'dispatched',
            'delivered', 'return_cancelled')
        """
    }

    /// The journeys of sacks that a bag had entered and not left.
    private var journeys: SQL {
        """
        SELECT d.id AS id FROM custody_event_bags c
        JOIN custody_events entered ON entered.id = c.event_id AND entered.action = 'ADD'
            AND entered.corrects_id IS NULL
        JOIN custody_event_bags s ON s.bag_id = entered.parent_bag_id
        JOIN custody_events d ON d.id = s.event_id AND d.id > entered.id
            AND d.fact IN ('dispatched', 'delivered', 'returned', 'return_cancelled')
        WHERE c.bag_id = \(row.id) AND NOT EXISTS (
            SELECT 1 FROM custody_event_bags y JOIN custody_events ended ON ended.id = y.event_id
            WHERE y.bag_id = \(row.id) AND ended.id > entered.id AND ended.id < d.id
                AND ended.parent_bag_id = entered.parent_bag_id
                AND (ended.action = 'DELETE' OR ended.corrects_id = entered.id))
        """
    }

    /// What the office did to it, from the audit.
    private func acts(upTo time: Int64) -> SQL {
        """
        SELECT 0 AS source, r.at, r.at AS recorded_at, r.action AS what, CAST(NULL AS TEXT) AS parent_code, CAST(NULL AS TEXT) AS bill_code,
            r.actor_id AS user_id, CAST(NULL AS BIGINT) AS scan_id, r.seq AS source_id, CAST(NULL AS BIGINT) AS undone_at,
            CAST(NULL AS BIGINT) AS ticket_id, CAST(NULL AS BIGINT) AS bill_id
        FROM audit_rows r
        WHERE r.entity_type IN ('bag', 'sscc') AND r.entity_id = \(row.code) AND r.at <= \(time) \(actsOfOwnArea)
            AND r.action IN ('bag.emptied', 'bag.retired', 'bag.restored', 'bag.held', 'bag.released', 'sscc.assigned',
                'sscc.released')
        ORDER BY r.seq DESC LIMIT \(Self.most)
        """
    }

    /// An act is told of in the area it was done in (rule R9). The audit does not say which that was, so it is found
    /// from what moves things from area to area: returns for a sack, and for a bag what happened to it before.
    private var actsOfOwnArea: SQL {
        areaCode.map { " AND coalesce(\(row.kind == .parent ? areaOfSack : areaOfBag), \(row.areaCode)) = \($0)" } ?? ""
    }

    private var areaOfSack: SQL {
        let returns: SQL = """
            return_items i JOIN return_tickets t ON t.id = i.ticket_id JOIN scans s ON s.id = i.scan_id
            WHERE i.bag_id = \(row.id)
            """
        return """
            (SELECT CASE WHEN i.restored = 1 AND t.closed_at <= r.at THEN i.original_area_code ELSE t.area_code END
                FROM \(returns) AND s.recorded_at <= r.at ORDER BY i.scan_id DESC LIMIT 1),
            (SELECT i.original_area_code FROM \(returns) ORDER BY i.scan_id LIMIT 1)
            """
    }

    private var areaOfBag: SQL {
        """
        (SELECT e.area_code FROM custody_event_bags x JOIN custody_events e ON e.id = x.event_id
            WHERE x.bag_id = \(row.id) AND e.record_time <= r.at ORDER BY e.id DESC LIMIT 1)
        """
    }

    /// That a sack was taken off a bill, or that its bill was cancelled while it was on it.
    private func removals(upTo time: Int64) -> SQL {
        let puts: SQL = """
            FROM scans s WHERE s.code = \(row.code) AND s.kind = 'bill' AND s.outcome = 'added'
            """
        return """
            SELECT 3 AS source, e.at, e.at AS recorded_at, e.action AS what, CAST(NULL AS TEXT) AS parent_code,
                l.code AS bill_code, e.actor_id AS user_id, CAST(NULL AS BIGINT) AS scan_id, e.id AS source_id,
                CAST(NULL AS BIGINT) AS undone_at, CAST(NULL AS BIGINT) AS ticket_id, l.id AS bill_id
            FROM bill_events e JOIN bills l ON l.id = e.bill_id \(ofOwnArea)
            WHERE e.at <= \(time) AND e.id IN (
                SELECT v.id FROM bill_events v WHERE v.action = 'parent_removed' AND v.reason = \(row.code)
                UNION ALL
                SELECT c.id FROM bill_events c WHERE c.action = 'cancelled' AND c.bill_id IN (SELECT s.bill_id \(puts))
                    AND (SELECT count(*) \(puts) AND s.bill_id = c.bill_id) > (
                        SELECT count(*) FROM bill_events v WHERE v.action = 'parent_removed' AND v.reason = \(row.code)
                            AND v.bill_id = c.bill_id))
            ORDER BY e.id DESC LIMIT \(Self.most)
            """
    }

    /// What a history calls a step of a source.
    private static func word(_ source: Int, _ stored: String) -> String {
        switch source {
        case 3: "unbilled"
        case 2: ScanOutcome(rawValue: stored)?.historyWord ?? stored
        case 1: CustodyFact(rawValue: stored)?.historyWord ?? stored
        default: stored.hasPrefix("sscc.") ? "sscc_\(stored.dropFirst(5))" : String(stored.dropFirst(4))
        }
    }

    private static func user(_ row: Row, _ column: Int) throws -> ScanItem.User? {
        guard let id: Int64 = try row[column] else { return nil }
        return ScanItem.User(id: id, name: try row[column + 1] as String? ?? "")
    }
}

extension ScanOutcome {
    /// What a history calls it.
    fileprivate var historyWord: String {
        switch self {
        case .added: "billed"
        case .matched: "gate_checked"
        default: rawValue
        }
    }
}

extension CustodyFact {
    /// What a history calls it.
    fileprivate var historyWord: String {
        switch self {
        case .movedIn: "moved"
        case .emptied: "unlinked"
        default: rawValue
        }
    }
}
