import Portico

/// The return tickets of a demonstration: some sacks of delivered bills come back in the last days.
///
/// The scans are recorded at the very end, because ids of scans follow the time of recording.
struct DemoReturns {
    let plan: DemoPlan
    let transaction: Transaction

    private static let conditions: [ReturnCondition] = [.good, .good, .damaged, .good, .wet, .good, .short]
    private static let places = ["Depot gate", "Warehouse ramp", "Weighbridge", "Return counter"]

    /// - Throws: ``SQLError``.
    func fill() throws {
        let bills = try transaction.all(
            "demo.delivered", "SELECT \(BillRow.columns) FROM bills l WHERE l.state = 'delivered' ORDER BY l.id",
            BillRow.init)
        let count = plan.scale.returns
        guard bills.count >= count else { return }
        for index in 0..<count { try ticket(index, of: bills[index * bills.count / count]) }
    }

    private func state(_ index: Int) -> TicketState {
        if index % 10 == 0 { return .open }
        return index % 17 == 5 ? .cancelled : .committed
    }

    private func ticket(_ index: Int, of bill: BillRow) throws {
        let state = state(index)
        let end = plan.calendar.end
        let days = 1 + (plan.scale.returns - 1 - index) * 5 / plan.scale.returns
        let date = TimeZoneOffset.india.date(of: end).adding(days: -days)
        let createdAt = TimeZoneOffset.india.start(of: date) + .minutes(Int64(9 * 60 + index * 47 % 480))
        let user = plan.people.billers[index % max(plan.people.billers.count, 1)].id
        let code = TicketCode(on: TimeZoneOffset.india.date(of: createdAt), number: UInt16(0x0100 + index * 37))
        let id = Int64(index + 1)
        try transaction.execute(
            "demo.ticket",
            """
            INSERT INTO return_tickets (id, code, state, area_code, location, consignee, created_by, created_at, closed_at)
            VALUES (\(id), \(code.text), \(state), \(bill.areaCode), \(DemoReturns.places[index % DemoReturns.places.count]),
                \(bill.header.consignee), \(user), \(createdAt), \(state == .open ? nil : end))
            """)
        guard state != .cancelled else { return }
        try take(
            sacks(of: bill, count: plan.scale.returns < 10 ? 1 : 1 + index % 3), bill, id, index, by: user,
            at: createdAt)
    }

    private func sacks(of bill: BillRow, count: Int) throws -> [BagRow] {
        try transaction.all(
            "demo.returned_sacks",
            "SELECT \(BagRow.columns) FROM bags WHERE bill_id = \(bill.id) ORDER BY id DESC LIMIT \(count)", BagRow.init
        )
    }

    private func take(
        _ sacks: [BagRow], _ bill: BillRow, _ ticketID: Int64, _ index: Int, by user: Int64, at time: Instant
    ) throws {
        var bill = bill
        for (number, sack) in sacks.enumerated() {
            guard let load = sack.load else { continue }
            let condition = DemoReturns.conditions[(index + number) % DemoReturns.conditions.count]
            bill.totals = bill.totals.removing(load)
            bill.returnedCount += 1
            let scanID = try scan(
                sack, load, bill, ticketID, condition, by: user, at: time + .minutes(Int64(2 + number)))
            try transaction.execute(
                "demo.returned",
                """
                UPDATE bags SET bill_id = NULL, bill_position = NULL, updated_at = \(plan.calendar.end),
                    hold_reason = \(condition.holdReason),
                    hold_since = \(condition.holdReason == nil ? nil : plan.calendar.end)
                WHERE id = \(sack.id)
                """)
            try item(sack, load, bill, ticketID, condition, scanID, at: time + .minutes(Int64(2 + number)))
        }
        try bill.update(in: transaction)
        try transaction.execute(
            "demo.ticket_totals",
            """
            UPDATE return_tickets SET
                sack_count = CASE WHEN state = 'open' THEN 0 ELSE \(sacks.count) END,
                child_count = CASE WHEN state = 'open' THEN 0 ELSE \(sacks.reduce(0) { $0 + ($1.load?.childCount ?? 0) }) END,
                weight_grams = CASE WHEN state = 'open' THEN 0 ELSE \(sacks.reduce(0) { $0 + ($1.load?.weightGrams ?? 0) }) END
            WHERE id = \(ticketID)
            """)
    }

    private func scan(
        _ sack: BagRow, _ load: ParentLoad, _ bill: BillRow, _ ticketID: Int64, _ condition: ReturnCondition,
        by user: Int64, at time: Instant
    ) throws -> Int64 {
        let end = plan.calendar.end
        guard let client = ClientScanID("demo-return-\(ticketID)-\(sack.id)") else { return 0 }
        var request = ScanRequest(kind: .return, code: sack.code, clientScanID: client)
        request.ticketID = ticketID
        request.scannedAt = time
        let caller = BagCaller(
            userID: user, name: "", areaCode: nil, permissions: [], requestID: "demo", address: "", now: end)
        var scan = ScanRecord(request, contentHash: request.contentHash, by: caller)
        scan.id = try transaction.scalar("demo.scan_id", "SELECT max(id) + 1 FROM scans", as: Int64.self) ?? 1
        scan.outcome = .returned
        scan.areaCode = bill.areaCode
        scan.billID = bill.id
        scan.remainder.item = ReturnItemAnswer(
            code: sack.code, originalBillCode: bill.code, childCount: load.childCount, weightGrams: load.weightGrams,
            condition: condition)
        scan.note(load)
        try scan.insert(in: transaction)
        return scan.id
    }

    private func item(
        _ sack: BagRow, _ load: ParentLoad, _ bill: BillRow, _ ticketID: Int64, _ condition: ReturnCondition,
        _ scanID: Int64, at time: Instant
    ) throws {
        try transaction.execute(
            "demo.item",
            """
            INSERT INTO return_items (ticket_id, bag_id, original_bill_id, original_area_code, child_count,
                weight_grams, condition, scan_id, scanned_at)
            VALUES (\(ticketID), \(sack.id), \(bill.id), \(sack.areaCode), \(load.childCount), \(load.weightGrams),
                \(condition), \(scanID), \(time))
            """)
        var random = DemoRandom(seed: plan.seed, stream: 1 << 34 + UInt64(scanID))
        let event =
            try transaction.scalar("demo.event_id", "SELECT max(id) + 1 FROM custody_events", as: Int64.self) ?? 1
        let fact = CustodyFact.returned
        try transaction.execute(
            "demo.returned_event",
            """
            INSERT INTO custody_events (id, event_uuid, fact, action, biz_step, disposition, parent_bag_id, bill_id,
                ticket_id, scan_id, area_code, actor_id, source, event_time, record_time)
            SELECT \(event), \(random.uuid(at: time)), \(fact), \(fact.action), \(fact.businessStep), \(fact.disposition),
                \(sack.id), \(bill.id), \(ticketID), \(scanID), \(bill.areaCode), created_by, \(CustodySource.return),
                \(time), \(plan.calendar.end)
            FROM return_tickets WHERE id = \(ticketID)
            """)
        try transaction.execute(
            "demo.returned_bag", "INSERT INTO custody_event_bags (event_id, bag_id) VALUES (\(event), \(sack.id))")
    }
}
