import Portico

/// One act on one bill inside one transaction: the bill is locked, and everything that must go with a change is
/// written at its end.
struct BillWork {
    let caller: BagCaller
    let services: BagTrackingServices
    let transaction: Transaction

    var lookup: BillLookup<Transaction> { BillLookup(transaction) }
    var sacks: BagLookup<Transaction> { BagLookup(transaction) }

    /// The locked bill.
    /// - Throws: ``Refusal`` `bill_not_found`, ``SQLError``.
    func bill(_ id: Int64) throws -> BillRow {
        try lookup.bill(id, for: caller, locked: true)
    }

    /// What a change of a bill is told as.
    struct Telling {
        /// The step of the time line; nil for what it does not tell.
        var deed: BillDeed?
        /// Action of the audit.
        let action: String
        var reason: String?
        /// What the time line says where there is no reason: the sack that an act is about.
        var subject: String?
        /// Kind of the event; ``BillEvents/changed`` for what has none of its own.
        var event = BillEvents.changed
        /// Members of the audit besides those that follow from the change.
        var before: [(key: String, value: JSONValue)] = []
        var after: [(key: String, value: JSONValue)] = []
    }

    /// Writes a bill that is new, with its time line, counters, audit and event.
    /// - Returns: the bill with its id; nil when its code is taken.
    /// - Throws: ``SQLError``.
    func open(_ bill: BillRow) throws -> BillRow? {
        let header = bill.header
        let id = try transaction.scalar(
            "bills.insert",
            """
            INSERT INTO bills (code, code_key, key_version, state, area_code, capacity, description, consignee,
                destination, created_by, created_at)
            VALUES (\(bill.code), \(BillCode.key(bill.code)), \(BillKeys.version), \(bill.state), \(bill.areaCode),
                \(header.capacity), \(header.description), \(header.consignee), \(header.destination), \(bill.createdBy),
                \(bill.createdAt))
            ON CONFLICT (code_key) DO NOTHING RETURNING id
            """, as: Int64.self)
        guard let id else { return nil }
        let opened = BillRow(
            new: id, code: bill.code, areaCode: bill.areaCode, header: header, by: bill.createdBy, at: bill.createdAt)
        var counters = CounterChanges()
        counters.add(.bills(opened.state.rawValue), in: opened.areaCode)
        try counters.write(in: transaction)
        try tell(opened, from: nil, Telling(deed: .created, action: "bill.created", event: BillEvents.created))
        return opened
    }

    /// Writes the bill with its time line, counters, audit and event.
    /// - Returns: the bill as it is then.
    /// - Throws: ``SQLError``.
    func save(_ new: BillRow, from old: BillRow, _ telling: Telling, check: GateProgress? = nil) throws -> BillRow {
        var bill = new
        try bill.update(in: transaction)
        if bill.state != old.state {
            var counters = CounterChanges()
            counters.move(
                from: (.bills(old.state.rawValue), old.areaCode), to: (.bills(bill.state.rawValue), bill.areaCode))
            try counters.write(in: transaction)
        }
        try tell(bill, from: old, telling, check: check)
        return bill
    }

    /// Writes what is told of a change of a bill.
    /// - Throws: ``SQLError``.
    func tell(_ bill: BillRow, from old: BillRow?, _ telling: Telling, check: GateProgress? = nil) throws {
        if let deed = telling.deed {
            let totals = String(decoding: (old ?? bill).totals.json.bytes, as: UTF8.self)
            try transaction.executeLater(
                "bills.event",
                """
                INSERT INTO bill_events (bill_id, action, from_state, to_state, actor_id, at, reason, totals)
                VALUES (\(bill.id), \(deed), \(old?.state), \(bill.state), \(caller.userID), \(caller.now),
                    \(telling.reason ?? telling.subject), \(totals))
                """)
        }
        var (before, after) = BillRow.differences(old, bill)
        before += telling.before
        after += telling.after
        if let reason = telling.reason, !after.contains(where: { $0.key == "reason" }) {
            after.append((key: "reason", value: .string(reason)))
        }
        try transaction.audit(
            caller.entry(
                telling.action, entity: String(bill.id), before: old == nil ? .null : .object(before),
                after: .object(after)))
        try services.outbox.publish(
            BillEvents.event(telling.event, bill, check: check, by: caller), in: transaction)
    }
}

extension BillRow {
    /// What the audit keeps of the two sides of a change: the members that differ, or all of a new bill.
    static func differences(
        _ old: BillRow?, _ new: BillRow
    ) -> (before: [(key: String, value: JSONValue)], after: [(key: String, value: JSONValue)]) {
        guard let old else { return ([], new.audited) }
        let pairs = zip(old.audited, new.audited).filter { $0.value != $1.value }
        return (pairs.map(\.0), pairs.map(\.1))
    }

    private var audited: [(key: String, value: JSONValue)] {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        func time(_ value: Instant?) -> JSONValue { value.map { .string($0.rfc3339) } ?? .null }
        return [
            (key: "code", value: .string(code)), (key: "state", value: .string(state.rawValue)),
            (key: "area_code", value: .string(areaCode)),
            (key: "capacity", value: .integer(Int64(header.capacity))),
            (key: "description", value: text(header.description)),
            (key: "consignee", value: text(header.consignee)),
            (key: "destination", value: text(header.destination)),
            (key: "linked_count", value: .integer(Int64(totals.linkedCount))),
            (key: "child_count", value: .integer(Int64(totals.childCount))),
            (key: "actual_weight_grams", value: .integer(Int64(totals.actualWeightGrams))),
            (key: "vehicle_number", value: text(vehicleNumber)), (key: "driver_name", value: text(driverName)),
            (key: "seal_number", value: text(sealNumber)), (key: "short_reason", value: text(shortReason)),
            (key: "received_by", value: text(receivedBy)), (key: "completed_at", value: time(completedAt)),
            (key: "dispatched_at", value: time(dispatchedAt)), (key: "delivered_at", value: time(deliveredAt)),
        ]
    }
}

extension BagTrackingServices {
    /// Runs an act on a bill in one transaction, and again when others get in between.
    /// - Throws: ``Refusal``, ``SQLError``.
    func bill<Value: Sendable>(
        by caller: BagCaller, _ body: @escaping @Sendable (BillWork) throws -> Value
    ) async throws -> Value {
        let services = self
        return try await ScanStore.retrying {
            try await services.database.write { transaction in
                try body(BillWork(caller: caller, services: services, transaction: transaction))
            }
        }
    }
}
