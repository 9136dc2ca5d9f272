import Portico

/// What happened to the custody of bags, with its words in EPCIS (rule R41).
enum CustodyFact: String, Sendable, SQLBindable, SQLReadable {
    case linked, imported
    case movedIn = "moved_in"
    case unlinked, emptied
    case movedOut = "moved_out"
    /// The declaration that an earlier `linked` did not happen.
    case undone
    case dispatched, delivered, returned
    /// The declaration that a sack's return did not happen.
    case returnCancelled = "return_cancelled"

    var action: String {
        switch self {
        case .linked, .imported, .movedIn, .undone: "ADD"
        case .unlinked, .emptied, .movedOut: "DELETE"
        case .dispatched, .delivered, .returned, .returnCancelled: "OBSERVE"
        }
    }

    var businessStep: String {
        switch self {
        case .linked, .imported, .movedIn, .undone: "packing"
        case .unlinked, .emptied, .movedOut: "unpacking"
        case .dispatched: "shipping"
        case .delivered, .returned, .returnCancelled: "receiving"
        }
    }

    var disposition: String {
        switch self {
        case .dispatched: "in_transit"
        case .returned, .returnCancelled: "returned"
        default: "in_progress"
        }
    }
}

/// What caused a custody event.
enum CustodySource: String, Sendable, SQLBindable {
    case scan, `import`, correction, gate, `return`
}

/// Writes custody events. They are never changed: what corrects one is a row of its own.
struct CustodyJournal {
    /// Something that happened to bags of one sack.
    struct Entry: Sendable {
        let fact: CustodyFact
        let source: CustodySource
        let parent: BagRow
        var scanID: Int64?
        var billID: Int64?
        var ticketID: Int64?
        var areaCode: String
        let actorID: Int64
        let eventTime: Instant
        let recordTime: Instant
    }

    let transaction: Transaction

    /// Writes the event of one bag.
    /// - Throws: ``SQLError``.
    func append(_ entry: Entry, bagID: Int64) throws {
        switch transaction.dialect {
        case .sqlite:
            try transaction.execute("custody.insert", insert(entry))
            try transaction.execute(
                "custody.bag",
                "INSERT INTO custody_event_bags (event_id, bag_id) VALUES (last_insert_rowid(), \(bagID))")
        case .postgresql:
            try transaction.executeLater(
                "custody.insert",
                """
                WITH event AS (\(insert(entry)) RETURNING id)
                INSERT INTO custody_event_bags (event_id, bag_id) SELECT id, \(bagID) FROM event
                """)
        }
    }

    /// Writes the event of all bags that are in the sack now.
    /// - Throws: ``SQLError``.
    func appendAll(_ entry: Entry) throws {
        let id = try transaction.scalar("custody.insert", insert(entry) + " RETURNING id", as: Int64.self)
        try transaction.executeLater(
            "custody.bags",
            """
            INSERT INTO custody_event_bags (event_id, bag_id)
            SELECT CAST(\(id) AS BIGINT), id FROM bags WHERE parent_id = \(entry.parent.id)
            """)
    }

    /// Declares that what a scan is the source of did not happen (rule R16).
    /// - Throws: ``SQLError``.
    func declareError(scanID: Int64, of bagID: Int64, in parent: BagRow, by caller: BagCaller) throws {
        let original = try transaction.scalar(
            "custody.of_scan",
            """
            SELECT id FROM custody_events
            WHERE parent_bag_id = \(parent.id) AND scan_id = \(scanID) AND fact = \(CustodyFact.linked)
            """, as: Int64.self)
        guard let original else { return }
        try transaction.execute(
            "custody.declare",
            """
            INSERT INTO custody_events (event_uuid, fact, action, biz_step, disposition, parent_bag_id, parent_epc,
                scan_id, area_code, actor_id, source, event_time, record_time, declared_error_at, corrects_id)
            SELECT \(UUIDv7(at: caller.now).description), \(CustodyFact.undone), action, biz_step, disposition,
                parent_bag_id, parent_epc, scan_id, area_code, \(caller.userID), source, event_time, \(caller.now),
                \(caller.now), id
            FROM custody_events WHERE id = \(original)
            """)
        try transaction.execute(
            "custody.declare_bag",
            """
            INSERT INTO custody_event_bags (event_id, bag_id)
            SELECT id, \(bagID) FROM custody_events WHERE corrects_id = \(original)
            """)
    }

    private func insert(_ entry: Entry) -> SQL {
        """
        INSERT INTO custody_events (event_uuid, fact, action, biz_step, disposition, parent_bag_id, parent_epc, bill_id,
            ticket_id, scan_id, area_code, actor_id, source, event_time, record_time)
        VALUES (\(UUIDv7(at: entry.recordTime).description), \(entry.fact), \(entry.fact.action),
            \(entry.fact.businessStep), \(entry.fact.disposition), \(entry.parent.id),
            \(entry.parent.sscc.map(EPCIdentifiers.serial)), \(entry.billID), \(entry.ticketID), \(entry.scanID), \(entry.areaCode), \(entry.actorID),
            \(entry.source), \(entry.eventTime), \(entry.recordTime))
        """
    }
}
