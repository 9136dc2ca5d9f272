import Portico

/// Moving one bag inside one transaction: both sacks are locked in the order of their ids, then the bag.
struct MoveWork {
    let work: CorrectionWork
    let code: String
    let target: String
    let reason: String

    private struct Found {
        let child: BagRow
        let place: BagPlace
        let source: BagRow?
        let target: BagRow?
        let lookup: ParentLookup
    }

    func run() throws -> MoveAnswer {
        let found = try load()
        let facts = MoveFacts(
            userArea: work.caller.areaCode, child: found.child.childFacts(found.place), target: found.lookup)
        switch MoveRules.decide(facts) {
        case .refuse(let refusal): throw refusal
        case .unmoved: return try unmoved(found)
        case .move: return try move(found)
        }
    }

    private func load() throws -> Found {
        let seen = try work.child(code)
        let catalog = try work.products()
        let reference: ParentReference
        do throws(CodeError) {
            reference = try ParentReference.parse(target, catalog: catalog)
        } catch {
            throw Refusal(error)
        }
        let aim = try work.lookup.sack(reference, locked: false)
        let rows = try work.lock(sacks: [seen.parentID, aim?.id])
        let child = try work.lock(seen)
        let place = try work.lookup.place(of: child)
        let sack = aim.flatMap { rows[$0.id] }
        let sackPlace = try sack.map { try work.lookup.place(of: $0) } ?? .nowhere
        return Found(
            child: child, place: place, source: child.parentID.flatMap { rows[$0] }, target: sack,
            lookup: sack?.sackFacts(sackPlace).map { .found($0) } ?? .missing(reference))
    }

    private func unmoved(_ found: Found) throws -> MoveAnswer {
        guard let target = found.target else { throw LostRace() }
        let sack = try work.answer(target)
        return MoveAnswer(
            isMoved: false,
            child: ChildAnswer(found.child, parentCode: target.code, identifiers: work.identifiers),
            fromParent: sack, toParent: sack)
    }

    private func move(_ found: Found) throws -> MoveAnswer {
        guard let target = found.target, let load = target.load?.changed(by: 1) else { throw LostRace() }
        var counters = CounterChanges()
        let source = try leave(found, &counters)
        let child = try enter(target, found.child)
        let change = SackChange(target, to: load)
        try change.write(in: work.transaction, counters: &counters, at: work.caller.now)
        counters.move(
            from: (.children(found.child.childStatus), found.child.areaCode),
            to: (.children(.linked), target.areaCode))
        if load.isFull {
            try work.services.outbox.publish(
                ScanEvents.full(target.code, load: load, area: target.areaCode, scanID: nil, by: work.caller),
                in: work.transaction)
        }
        try work.finish(entry(found, to: target), counters, areas: [found.child.areaCode, target.areaCode])
        return MoveAnswer(
            isMoved: true, child: ChildAnswer(child, parentCode: target.code, identifiers: work.identifiers),
            fromParent: try source.map { try work.answer($0) },
            toParent: try work.answer(change.row(at: work.caller.now)))
    }

    /// A bag follows its sack into another area, which is then a change of its own.
    private func entry(_ found: Found, to target: BagRow) -> AuditEntry {
        var before: JSONValue = ["parent_code": found.source.map { .string($0.code) } ?? .null]
        var after: JSONValue = ["parent_code": .string(target.code)]
        if found.child.areaCode != target.areaCode {
            before["area_code"] = .string(found.child.areaCode)
            after["area_code"] = .string(target.areaCode)
        }
        after["reason"] = .string(reason)
        return work.caller.entry("bag.moved", entity: found.child.code, before: before, after: after)
    }

    /// The bag leaves its sack, if it is in one.
    /// - Returns: the sack afterwards.
    private func leave(_ found: Found, _ counters: inout CounterChanges) throws -> BagRow? {
        guard let source = found.source else { return nil }
        guard let load = source.load?.changed(by: -1) else { throw LostRace() }
        try work.journal.append(work.custody(.movedOut, source, area: source.areaCode), bagID: found.child.id)
        let change = SackChange(source, to: load)
        try change.write(in: work.transaction, counters: &counters, at: work.caller.now)
        return change.row(at: work.caller.now)
    }

    /// The bag is in the target. No scan put it there, so none can be undone.
    private func enter(_ target: BagRow, _ child: BagRow) throws -> BagRow {
        let now = work.caller.now
        try work.transaction.executeLater(
            "bags.move",
            """
            UPDATE bags SET parent_id = \(target.id), parent_kind = 'parent', status = 'linked',
                area_code = \(target.areaCode), link_scan_id = NULL, linked_at = \(now),
                linked_by = \(work.caller.userID), updated_at = \(now)
            WHERE id = \(child.id)
            """)
        try work.journal.append(work.custody(.movedIn, target, area: target.areaCode), bagID: child.id)
        var row = child
        row.parentID = target.id
        row.areaCode = target.areaCode
        row.linkScanID = nil
        row.updatedAt = now
        return row
    }
}
