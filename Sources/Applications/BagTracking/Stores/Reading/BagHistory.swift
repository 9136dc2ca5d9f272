import Portico

/// One thing that happened to a sack or bag.
struct HistoryStep: Sendable, Hashable {
    /// When, by the clock of the device that told of it.
    var at: Instant
    /// When the server recorded it: what the order follows.
    var recordedAt: Instant
    /// `created`, `linked`, `duplicate`, `rejected`, `billed`, `moved`, `unlinked`, `dispatched`, `retired`, …
    var what: String
    var parentCode: String?
    var billCode: String?
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

/// Tells the history of a sack or bag, newest first: its scans, its custody events, and what the office did to it.
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
            guard after.count == 3, let time = Int64(after[0]), let source = Int(after[1]), let id = Int64(after[2]) else {
                throw ListCursor.refusal
            }
            start = (time, source, id)
        }
        let steps = try scans(upTo: start.0) + custody(upTo: start.0) + acts(upTo: start.0)
        let fetched = steps.filter { $0.key < start }.sorted { $0.key > $1.key }
        return Page(fetched: Array(fetched.prefix(limit + 1)), limit: limit, position: \.position)
    }

    private func scans(upTo time: Int64) throws -> [HistoryStep] {
        let area: SQL = areaCode.map { "AND area_code = \($0)" } ?? ""
        return try session.all(
            "history.scans",
            """
            SELECT s.scanned_at, s.recorded_at, s.outcome, s.parent_code, l.code, s.user_id, u.name, s.id, s.undone_at
            FROM (SELECT * FROM scans WHERE code = \(row.code) AND recorded_at <= \(time) \(area)
                ORDER BY id DESC LIMIT \(Self.most)) AS s
            LEFT JOIN bills l ON l.id = s.bill_id LEFT JOIN accounts u ON u.id = s.user_id
            """
        ) { row in
            let outcome: ScanOutcome = try row[2]
            return HistoryStep(
                at: try row[0], recordedAt: try row[1], what: outcome.historyWord, parentCode: try row[3],
                billCode: try row[4], user: try Self.user(row, 5), scanID: try row[7], isUndone: !row.isNull(8), source: 2,
                sourceID: try row[7])
        }
    }

    /// What no scan tells of; and for a bag where its sack went with it inside.
    private func custody(upTo time: Int64) throws -> [HistoryStep] {
        let area: SQL = areaCode.map { "AND e.area_code = \($0)" } ?? ""
        let parent = row.parentID ?? -1
        return try session.all(
            "history.custody",
            """
            SELECT e.event_time, e.record_time, e.fact, p.code, l.code, e.actor_id, u.name, e.scan_id, e.id
            FROM custody_event_bags x JOIN custody_events e ON e.id = x.event_id
            LEFT JOIN bags p ON p.id = e.parent_bag_id LEFT JOIN bills l ON l.id = e.bill_id
            LEFT JOIN accounts u ON u.id = e.actor_id
            WHERE x.bag_id IN (\(row.id), \(parent)) AND e.record_time <= \(time) \(area)
                AND e.fact IN ('imported', 'moved_in', 'unlinked', 'emptied', 'dispatched', 'delivered', 'return_cancelled')
                AND (x.bag_id = \(row.id) OR (e.fact IN ('dispatched', 'delivered') AND e.record_time >= (
                    SELECT linked_at FROM bags WHERE id = \(row.id))))
            ORDER BY e.id DESC LIMIT \(Self.most)
            """
        ) { row in
            let fact: CustodyFact = try row[2]
            return HistoryStep(
                at: try row[0], recordedAt: try row[1], what: fact.historyWord, parentCode: try row[3],
                billCode: try row[4], user: try Self.user(row, 5), scanID: try row[7], source: 1, sourceID: try row[8])
        }
    }

    /// What the office did to it, from the audit.
    private func acts(upTo time: Int64) throws -> [HistoryStep] {
        try session.all(
            "history.acts",
            """
            SELECT r.at, r.action, r.actor_id, u.name, r.seq FROM audit_rows r LEFT JOIN accounts u ON u.id = r.actor_id
            WHERE r.entity_type IN ('bag', 'sscc') AND r.entity_id = \(row.code) AND r.at <= \(time)
                AND r.action IN ('bag.emptied', 'bag.retired', 'bag.restored', 'bag.held', 'bag.released', 'sscc.assigned',
                    'sscc.released')
            ORDER BY r.seq DESC LIMIT \(Self.most)
            """
        ) { row in
            let action: String = try row[1]
            let word = action.hasPrefix("sscc.") ? "sscc_\(action.dropFirst(5))" : String(action.dropFirst(4))
            return HistoryStep(
                at: try row[0], recordedAt: try row[0], what: word, user: try Self.user(row, 2), source: 0,
                sourceID: try row[4])
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
