import Portico

/// The scan of a sack onto a return ticket (rule R30). Locks the ticket, the bill, then the sack, and then decides.
struct ReturnScan {
    let work: ScanWork
    let catalog: ProductCatalog

    /// What a scan finds: the ticket, the sack with its bill, and the sack's place on the ticket.
    private struct Found {
        let ticket: TicketRow
        var sack: ParentLookup
        var row: BagRow?
        var bill: BillRow?
        var item: ReturnItemAnswer?
        var position: Int64?
    }

    func run() throws -> ScanResult {
        let found = try load()
        var scan = ScanRecord(work.request, contentHash: work.contentHash, by: work.caller)
        scan.code = found.sack.text(for: work.caller) ?? scan.code
        scan.areaCode = found.ticket.areaCode
        let facts = ReturnFacts(
            ticketCode: found.ticket.code, ticketState: found.ticket.state, sack: found.sack,
            isOnTicket: found.item != nil, billState: found.bill?.state)
        switch ReturnRules.decide(facts) {
        case .refuse(let refusal): return try work.record(refusal, scan, catalog)
        case .duplicate: return try duplicate(found, scan)
        case .take: return try take(found, scan)
        }
    }

    // MARK: - Facts

    private func load() throws -> Found {
        let reference: ParentReference
        do throws(CodeError) {
            reference = try ParentReference.parse(work.request.code, catalog: catalog)
        } catch {
            return Found(ticket: try ticket(), sack: .invalid(error))
        }
        let ticket = try ticket()
        guard ticket.state == .open, let (row, position, item) = try sack(reference, on: ticket) else {
            return Found(ticket: ticket, sack: .missing(reference))
        }
        var found = Found(ticket: ticket, sack: .missing(reference), row: row, item: item, position: position)
        if item == nil, let billID = row.billID { found.bill = try bill(billID, of: row) }
        let place = found.bill.map {
            BagPlace(bill: ParentAnswer.Bill(id: $0.id, code: $0.code, state: $0.state.rawValue))
        }
        if let facts = row.sackFacts(place ?? .nowhere) { found.sack = .found(facts) }
        return found
    }

    private func ticket() throws -> TicketRow {
        guard let id = work.request.ticketID else { throw Refusal.ticketNotFound() }
        return try TicketLookup(work.transaction).ticket(id, for: work.caller, locked: true)
    }

    /// The sack, and its item where it is on the ticket.
    private func sack(
        _ reference: ParentReference, on ticket: TicketRow
    ) throws -> (row: BagRow, position: Int64?, item: ReturnItemAnswer?)? {
        let name: SQL =
            switch reference {
            case .code(let code, _): "code = \(code) AND kind = 'parent'"
            case .sscc(let sscc): "sscc = \(sscc.text)"
            }
        return try work.transaction.first(
            "returns.sack",
            """
            SELECT s.*, i.bag_id, s.code, i.original_bill_id, l.code, i.original_position, i.original_area_code,
                i.child_count, i.weight_grams, i.condition, i.earlier_hold_reason, i.earlier_hold_since, i.scan_id,
                i.restored, i.restore_reason
            FROM (SELECT \(BagRow.columns), bill_position FROM bags WHERE \(name)) AS s
            LEFT JOIN return_items i ON i.ticket_id = \(ticket.id) AND i.bag_id = s.id
            LEFT JOIN bills l ON l.id = i.original_bill_id
            """
        ) { row in
            let first = BagRow.columnCount + 1
            let item = row.isNull(first) ? nil : try TicketItem(row, from: first).answer
            return (row: try BagRow(row), position: try row[first - 1], item: item)
        }
    }

    /// Locks the bill and then the sack.
    /// - Throws: ``LostRace`` when somebody took the sack off the bill in between.
    private func bill(_ id: Int64, of sack: BagRow) throws -> BillRow? {
        let bill = try BillLookup(work.transaction).bill(id, locked: true)
        if work.transaction.dialect == .postgresql {
            let present = try work.lookup.bag(id: sack.id, locked: true)
            guard present?.billID == id, present?.areaCode == sack.areaCode, present?.load == sack.load,
                present?.hold == sack.hold
            else { throw LostRace() }
        }
        return bill
    }

    // MARK: - Effects

    private func duplicate(_ found: Found, _ scan: ScanRecord) throws -> ScanResult {
        guard let load = found.row?.load else { throw LostRace() }
        var scan = scan
        scan.outcome = .duplicate
        scan.remainder.item = found.item
        scan.note(load)
        return try work.record(scan, catalog) { _, _ in }
    }

    private func take(_ found: Found, _ scan: ScanRecord) throws -> ScanResult {
        guard let sack = found.row, let load = sack.load, var bill = found.bill else { throw LostRace() }
        let condition = work.request.condition ?? .good
        bill.totals = bill.totals.removing(load)
        bill.returnedCount += 1
        var scan = scan
        scan.outcome = .returned
        scan.billID = bill.id
        scan.remainder.item = ReturnItemAnswer(
            code: sack.code, originalBillCode: bill.code, childCount: load.childCount, weightGrams: load.weightGrams,
            condition: condition)
        scan.note(load)
        let told = BillEvents.event(BillEvents.changed, bill, check: nil, by: work.caller)
        return try work.record(scan, catalog, telling: [told]) { scan, counters in
            try insert(sack, load, bill, condition, position: found.position, found.ticket, scan)
            try release(sack, condition, to: found.ticket.areaCode)
            try bill.update(in: work.transaction)
            try CustodyJournal(transaction: work.transaction).append(
                CustodyJournal.Entry(
                    fact: .returned, source: .return, parent: sack, scanID: scan.id, billID: bill.id,
                    ticketID: found.ticket.id, areaCode: found.ticket.areaCode, actorID: scan.userID,
                    eventTime: scan.scannedAt, recordTime: scan.recordedAt), bagID: sack.id)
            counters.moveSack(load, from: sack.areaCode, to: found.ticket.areaCode)
            work.transaction.afterCommit { [metrics = work.services.metrics] in metrics.tookBack(condition) }
        }
    }

    private func insert(
        _ sack: BagRow, _ load: ParentLoad, _ bill: BillRow, _ condition: ReturnCondition, position: Int64?,
        _ ticket: TicketRow, _ scan: ScanRecord
    ) throws {
        try work.transaction.executeLater(
            "returns.add_item",
            """
            INSERT INTO return_items (ticket_id, bag_id, original_bill_id, original_position, original_area_code,
                child_count, weight_grams, condition, earlier_hold_reason, earlier_hold_since, scan_id, scanned_at)
            VALUES (\(ticket.id), \(sack.id), \(bill.id), \(position), \(sack.areaCode), \(load.childCount),
                \(load.weightGrams), \(condition), \(sack.hold?.reason), \(sack.hold?.since), \(scan.id),
                \(scan.scannedAt))
            """)
    }

    /// Takes the sack off its bill and, with its bags, into the ticket's area; a sack that is not good is put on hold.
    private func release(_ sack: BagRow, _ condition: ReturnCondition, to area: String) throws {
        let now = work.caller.now
        let hold: SQL =
            condition.holdReason.map {
                """
                , hold_reason = CASE WHEN id = \(sack.id) THEN \($0) ELSE hold_reason END,
                hold_since = CASE WHEN id = \(sack.id) THEN \(now) ELSE hold_since END
                """
            } ?? ""
        let bags: SQL = area == sack.areaCode ? "" : " OR parent_id = \(sack.id)"
        try work.transaction.executeLater(
            "returns.take",
            """
            UPDATE bags SET bill_id = NULL, bill_position = NULL, area_code = \(area), updated_at = \(now)\(hold)
            WHERE id = \(sack.id)\(bags)
            """)
    }
}

extension CounterChanges {
    /// A sack with everything in it is in another area than before.
    mutating func moveSack(_ load: ParentLoad, from old: String, to new: String) {
        guard old != new else { return }
        move(from: (.parents(load.status), old), to: (.parents(load.status), new))
        move(from: (.children(.linked), old), to: (.children(.linked), new), count: load.childCount)
    }
}
