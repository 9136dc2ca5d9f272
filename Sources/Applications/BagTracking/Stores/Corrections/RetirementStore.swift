import Portico

/// Makes codes dead for scanning, and alive again (rule R20). Rows and history stay.
struct RetirementStore: Sendable {
    let services: BagTrackingServices

    /// Retires a sack or bag. A second time changes nothing.
    /// - Parameter cascades: whether bags in a sack become loose first.
    /// - Throws: ``Refusal``, ``SQLError``.
    func retire(_ code: String, cascades: Bool, by caller: BagCaller) async throws {
        try await services.correct(by: caller) { work in
            let seen = try Self.bag(code, work)
            switch seen.kind {
            case .parent: try Self.retire(sack: seen, cascades: cascades, work)
            case .child: try Self.retire(child: seen, work)
            }
        }
    }

    /// Brings a retired sack or bag back. One that is not retired stays as it is.
    /// - Throws: ``Refusal``, ``SQLError``.
    func restore(_ code: String, by caller: BagCaller) async throws -> BagAnswer {
        try await services.correct(by: caller) { work in
            var row = try Self.bag(code, work)
            if row.isRetired {
                row.isRetired = false
                row.updatedAt = caller.now
                let state = Self.state(of: row)
                try Self.set(
                    state.status, row, "bag.restored", was: "retired", from: .retired, to: state.name, work)
            }
            if row.kind == .parent { return .parent(try work.answer(row)) }
            let place = try work.lookup.place(of: row)
            return .child(ChildAnswer(row, parentCode: place.parentCode, identifiers: work.identifiers))
        }
    }

    // MARK: - Steps

    /// The locked row of a sack or bag.
    private static func bag(_ code: String, _ work: CorrectionWork) throws -> BagRow {
        if let reference = try? ParentReference.parse(code, catalog: try work.products()) {
            guard let row = try work.lookup.sack(reference, locked: true), work.caller.sees(row.areaCode) else {
                throw Refusal.bagNotFound(code)
            }
            return row
        }
        let seen = try work.child(code)
        _ = try work.lock(sacks: [seen.parentID])
        return try work.lock(seen)
    }

    private static func retire(sack: BagRow, cascades: Bool, _ work: CorrectionWork) throws {
        let place = try work.lookup.place(of: sack)
        guard let facts = sack.sackFacts(place) else { throw LostRace() }
        let left = try wasDispatched(sack: sack, work.transaction)
        switch RetireRules.decide(sack: facts, wasDispatched: left, cascades: cascades) {
        case .refuse(let refusal): throw refusal
        case .unchanged: return
        case .retire:
            var counters = CounterChanges()
            let emptied = try Emptying(work: work).empty(sack, counters: &counters)
            let status = emptied.sack.load?.status ?? .empty
            // The counters go on from the emptied sack; the audit tells what it was before anything was done to it.
            try set(
                "retired", emptied.sack, "bag.retired", was: state(of: sack).status, from: .parents(status),
                to: .retired, work, unlinked: emptied.unlinked, counters)
        }
    }

    private static func retire(child: BagRow, _ work: CorrectionWork) throws {
        let facts = child.childFacts(try work.lookup.place(of: child))
        switch RetireRules.decide(child: facts, wasDispatched: try wasDispatched(child: child, work.transaction)) {
        case .refuse(let refusal): throw refusal
        case .unchanged: return
        case .retire:
            try set(
                "retired", child, "bag.retired", was: state(of: child).status, from: .children(.loose), to: .retired,
                work)
        }
    }

    /// Writes another status with audit, counters and event.
    /// - Parameter former: the status before the whole act.
    private static func set(
        _ status: String, _ row: BagRow, _ action: String, was former: String, from old: CounterName,
        to new: CounterName, _ work: CorrectionWork, unlinked: Int = 0, _ changes: CounterChanges = CounterChanges()
    ) throws {
        try work.transaction.executeLater(
            "bags.set_status",
            "UPDATE bags SET status = \(status), updated_at = \(work.caller.now) WHERE id = \(row.id)")
        var counters = changes
        counters.move(from: (old, row.areaCode), to: (new, row.areaCode))
        var before: JSONValue = ["status": .string(former)]
        var after: JSONValue = ["status": .string(status)]
        if unlinked > 0 {
            before["child_count"] = .integer(Int64(unlinked))
            after["child_count"] = 0
        }
        let entry = work.caller.entry(action, entity: row.code, before: before, after: after)
        try work.finish(entry, counters, areas: [row.areaCode])
    }

    /// The status of a row that is not retired.
    private static func state(of row: BagRow) -> (status: String, name: CounterName) {
        if let status = row.load?.status { return (status.rawValue, .parents(status)) }
        let status: ChildStatus = row.parentID == nil ? .loose : .linked
        return (status.rawValue, .children(status))
    }

    // MARK: - History

    private static func wasDispatched(sack: BagRow, _ transaction: Transaction) throws -> Bool {
        try transaction.scalar(
            "custody.sack_left",
            """
            SELECT 1 FROM custody_event_bags l JOIN custody_events e ON e.id = l.event_id
            WHERE l.bag_id = \(sack.id) AND e.fact = \(CustodyFact.dispatched) LIMIT 1
            """, as: Int.self) != nil
    }

    /// A bag left when its sack did while it was inside: after it entered, and before it came out or the entry was
    /// declared an error.
    private static func wasDispatched(child: BagRow, _ transaction: Transaction) throws -> Bool {
        try transaction.scalar(
            "custody.child_left",
            """
            SELECT 1 FROM custody_event_bags l
            JOIN custody_events entered ON entered.id = l.event_id AND entered.action = 'ADD'
            JOIN custody_event_bags sack ON sack.bag_id = entered.parent_bag_id
            JOIN custody_events departed ON departed.id = sack.event_id AND departed.fact = \(CustodyFact.dispatched)
                AND departed.id > entered.id
            WHERE l.bag_id = \(child.id) AND entered.corrects_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM custody_event_bags m JOIN custody_events ended ON ended.id = m.event_id
                WHERE m.bag_id = l.bag_id AND ended.id > entered.id AND ended.id < departed.id
                    AND ended.parent_bag_id = entered.parent_bag_id
                    AND (ended.action = 'DELETE' OR ended.corrects_id = entered.id))
            LIMIT 1
            """, as: Int.self) != nil
    }
}
