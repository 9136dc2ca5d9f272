import Portico

/// Puts the sacks of a cancelled ticket back onto their bills (rule R31).
struct TicketRestoration {
    let work: CorrectionWork
    let ticket: TicketRow

    /// Puts back what can be.
    /// - Parameter items: the ticket's sacks in the order they came.
    /// - Returns: the same, each with what became of it.
    /// - Throws: ``SQLError``.
    func restore(_ items: [TicketItem]) throws -> [TicketItem] {
        var bills: [Int64: BillRow] = [:]
        for id in Set(items.map(\.billID)).sorted() {
            bills[id] = try BillLookup(work.transaction).bill(id, locked: true)
        }
        let sacks = try work.lock(sacks: items.map(\.bagID))
        let events = try since(items)
        var counters = CounterChanges()
        let settled = try items.map { item -> TicketItem in
            var item = item
            guard let sack = sacks[item.bagID], var bill = bills[item.billID] else { throw LostRace() }
            var facts = events[item.bagID] ?? RestoreFacts()
            facts.isRetired = sack.isRetired
            facts.wasBilled = facts.wasBilled || sack.billID != nil
            item.reason = RestoreRules.reason(against: facts)
            item.isRestored = item.reason == nil
            if item.reason == nil, let load = sack.load {
                bill.totals = bill.totals.adding(load)
                bill.returnedCount -= 1
                bills[item.billID] = bill
                try putBack(sack, item)
                counters.moveSack(load, from: sack.areaCode, to: item.areaCode)
            }
            try note(item)
            return item
        }
        try counters.write(in: work.transaction)
        try tell(settled, bills)
        return settled
    }

    /// What the items and the custody events after the return say about each sack. Unlike those of scans, the ids of a
    /// sack's custody events are given under its lock, and so follow each other as its changes do.
    private func since(_ items: [TicketItem]) throws -> [Int64: RestoreFacts] {
        guard !items.isEmpty else { return [:] }
        let rows = try work.transaction.all(
            "returns.since",
            """
            SELECT i.bag_id, i.billed_since,
                EXISTS (SELECT 1 FROM custody_events e WHERE e.parent_bag_id = i.bag_id AND e.fact IN ('linked',
                    'imported', 'moved_in', 'unlinked', 'emptied', 'moved_out', 'undone') AND e.id > (
                        SELECT max(r.id) FROM custody_events r WHERE r.parent_bag_id = i.bag_id
                        AND r.scan_id = i.scan_id AND r.fact = 'returned'))
            FROM return_items i WHERE i.ticket_id = \(ticket.id)
            """
        ) { row in
            let facts = RestoreFacts(
                wasBilled: try row[1], wasRepacked: try row[2])
            return (try row[0] as Int64, facts)
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    /// Puts a sack back onto its bill and, with its bags, into its area. A hold that the ticket has set gives way to the
    /// one before it; one that was changed since stays.
    private func putBack(_ sack: BagRow, _ item: TicketItem) throws {
        let now = work.caller.now
        let isOurs = item.condition.holdReason != nil && sack.hold?.reason == item.condition.holdReason
        let hold = isOurs ? item.earlierHold : sack.hold
        let bags: SQL = item.areaCode == sack.areaCode ? "" : " OR parent_id = \(sack.id)"
        try work.transaction.executeLater(
            "returns.put_back",
            """
            UPDATE bags SET area_code = \(item.areaCode), updated_at = \(now),
                bill_id = CASE WHEN id = \(sack.id) THEN \(item.billID) ELSE bill_id END,
                bill_position = CASE WHEN id = \(sack.id) THEN \(item.position) ELSE bill_position END,
                hold_reason = CASE WHEN id = \(sack.id) THEN \(hold?.reason) ELSE hold_reason END,
                hold_since = CASE WHEN id = \(sack.id) THEN \(hold?.since) ELSE hold_since END
            WHERE id = \(sack.id)\(bags)
            """)
        try work.journal.declareError(ofReturn: item.scanID, of: sack, by: work.caller)
    }

    private func note(_ item: TicketItem) throws {
        try work.transaction.executeLater(
            "returns.settle",
            """
            UPDATE return_items SET restored = \(item.isRestored == true), restore_reason = \(item.reason)
            WHERE ticket_id = \(ticket.id) AND bag_id = \(item.bagID)
            """)
    }

    private func tell(_ items: [TicketItem], _ bills: [Int64: BillRow]) throws {
        for id in Set(items.filter { $0.isRestored == true }.map(\.billID)).sorted() {
            guard var bill = bills[id] else { continue }
            try bill.update(in: work.transaction)
            try work.services.outbox.publish(
                BillEvents.event(BillEvents.changed, bill, check: nil, by: work.caller), in: work.transaction)
        }
        for area in Set(items.map(\.areaCode)).subtracting([ticket.areaCode]).sorted() {
            try work.services.outbox.publish(ScanEvents.statsChanged(area, by: work.caller), in: work.transaction)
        }
    }
}

extension CustodyJournal {
    /// Declares that a sack's return did not happen (rule R41).
    /// - Throws: ``SQLError``.
    func declareError(ofReturn scanID: Int64, of sack: BagRow, by caller: BagCaller) throws {
        let original = try transaction.scalar(
            "custody.of_return",
            """
            SELECT id FROM custody_events
            WHERE parent_bag_id = \(sack.id) AND scan_id = \(scanID) AND fact = \(CustodyFact.returned)
            """, as: Int64.self)
        guard let original else { return }
        try transaction.execute(
            "custody.declare_return",
            """
            INSERT INTO custody_events (event_uuid, fact, action, biz_step, disposition, parent_bag_id, parent_epc,
                bill_id, ticket_id, scan_id, area_code, actor_id, source, event_time, record_time, declared_error_at,
                corrects_id)
            SELECT \(UUIDv7(at: caller.now).description), \(CustodyFact.returnCancelled), action, biz_step, disposition,
                parent_bag_id, parent_epc, bill_id, ticket_id, scan_id, area_code, \(caller.userID), source, event_time,
                \(caller.now), \(caller.now), id
            FROM custody_events WHERE id = \(original)
            """)
        try transaction.execute(
            "custody.declare_returned_sack",
            """
            INSERT INTO custody_event_bags (event_id, bag_id)
            SELECT id, \(sack.id) FROM custody_events WHERE corrects_id = \(original)
            """)
    }
}
