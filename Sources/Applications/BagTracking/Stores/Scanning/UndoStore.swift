import Portico

/// Takes scans back: the link goes, the history stays (rule R16).
struct UndoStore: Sendable {
    let services: BagTrackingServices

    /// Takes back the scan with an id. Undoing twice answers the same twice.
    /// - Throws: ``Refusal``, ``SQLError``.
    func undo(scan id: Int64, reason: String?, by caller: BagCaller) async throws -> UndoAnswer {
        let services = services
        let (answer, isNew) = try await services.database.write { transaction in
            try UndoWork(scanID: id, reason: reason, caller: caller, services: services, transaction: transaction).run()
        }
        if isNew { services.metrics.tookBack() }
        return answer
    }
}

/// One undo inside one transaction. Locks the sack, then the bag, then the scan.
private struct UndoWork {
    let scanID: Int64
    let reason: String?
    let caller: BagCaller
    let services: BagTrackingServices
    let transaction: Transaction

    private struct Found {
        let scan: ScanRecord
        let userName: String
        let sack: BagRow?
        let child: BagRow?
        let facts: UndoFacts
    }

    func run() throws -> (UndoAnswer, isNew: Bool) {
        let found = try load()
        switch UndoRules.decide(found.facts) {
        case .refuse(let refusal): throw refusal
        case .alreadyUndone: return (try answer(found.scan, found.userName, found.child), false)
        case .undo: break
        }
        guard let sack = found.sack, let child = found.child, let load = sack.load?.changed(by: -1) else {
            throw LostRace()
        }
        let scan = try write(found, sack: sack, child: child, load)
        return (try answer(scan, found.userName, child), true)
    }

    // MARK: - Facts

    private func load() throws -> Found {
        guard let (seen, userName) = try find(), isVisible(seen) else { throw Refusal.scanNotFound() }
        let lookup = BagLookup(transaction)
        let sack = try seen.sackCode.flatMap { try lookup.bag($0, .parent, locked: true) }
        let isLink = seen.kind == .child && seen.outcome == .linked
        let child = isLink ? try lookup.bag(seen.code, .child, locked: true) : nil
        // Only now nobody else can be undoing the same scan.
        var scan = seen
        if isLink, seen.undone == nil { scan = try find()?.scan ?? seen }
        let place = try sack.map { try lookup.place(of: $0) } ?? .nowhere
        let childPlace = try child.map { try lookup.place(of: $0) } ?? .nowhere
        let facts = UndoFacts(
            userID: caller.userID, userArea: caller.areaCode, mayUndoAny: caller.may("scan.undo_any"),
            scan: UndoFacts.Scan(
                id: scan.id, userID: scan.userID, kind: scan.kind, outcome: scan.outcome, recordedAt: scan.recordedAt,
                isUndone: scan.undone != nil),
            sack: sack?.sackFacts(place), child: child?.childFacts(childPlace),
            hasTravelled: try isLink && scan.undone == nil && hasTravelled(sack, since: scan.recordedAt),
            now: caller.now, window: services.settings.undoWindow)
        return Found(scan: scan, userName: userName, sack: sack, child: child, facts: facts)
    }

    /// Sacks are the subject of custody events only when a lorry leaves, arrives or brings them back.
    private func hasTravelled(_ sack: BagRow?, since time: Instant) throws -> Bool {
        guard let sack else { return false }
        return try transaction.first(
            "custody.travelled",
            """
            SELECT 1 FROM custody_event_bags b JOIN custody_events e ON e.id = b.event_id
            WHERE b.bag_id = \(sack.id) AND e.record_time >= \(time) LIMIT 1
            """
        ) { _ in true } ?? false
    }

    private func find() throws -> (scan: ScanRecord, userName: String)? {
        try transaction.first(
            "scans.with_user",
            """
            SELECT coalesce(a.name, ''), \(ScanRecord.columns("s"))
            FROM scans s LEFT JOIN accounts a ON a.id = s.user_id WHERE s.id = \(scanID)
            """
        ) { (scan: try ScanRecord($0, from: 1), userName: try $0[0]) }
    }

    /// Scans of other areas are as good as unknown, one's own from an earlier area included (rule R9).
    private func isVisible(_ scan: ScanRecord) -> Bool {
        scan.areaCode.map { caller.sees($0) } ?? (caller.areaCode == nil)
    }

    // MARK: - Effects

    private func write(_ found: Found, sack: BagRow, child: BagRow, _ load: ParentLoad) throws -> ScanRecord {
        var scan = found.scan
        scan.undone = ScanItem.Undone(at: caller.now, by: caller.userID, reason: reason)
        scan.remainder.undo = ScanRemainder.UndoneState(
            childCount: load.childCount, areaCode: child.areaCode, lot: child.lot, testDate: child.testDate)
        var counters = CounterChanges()
        try ChildRelease(transaction: transaction, now: caller.now).release(child)
        try SackChange(sack, to: load).write(in: transaction, counters: &counters, at: caller.now)
        try transaction.executeLater(
            "scans.undo",
            """
            UPDATE scans SET undone_at = \(caller.now), undone_by = \(caller.userID), undo_reason = \(reason),
                answer = \(scan.remainder.text)
            WHERE id = \(scan.id)
            """)
        try CustodyJournal(transaction: transaction).declareError(
            scanID: scan.id, of: child.id, in: sack, by: caller)
        counters.move(from: (.children(.linked), child.areaCode), to: (.children(.loose), child.areaCode))
        counters.add(.undone, in: scan.areaCode)
        try counters.write(in: transaction)
        try services.outbox.publish(ScanEvents.undone(scan, load: load, by: caller), in: transaction)
        try transaction.audit(entry(scan))
        return scan
    }

    private func entry(_ scan: ScanRecord) -> AuditEntry {
        caller.entry(
            "scan.undone", entity: String(scan.id),
            before: ["parent_code": scan.parentCode.map { .string($0) } ?? .null, "undone_at": .null],
            after: [
                "parent_code": .null, "undone_at": .string(caller.now.rfc3339),
                "undo_reason": reason.map { .string($0) } ?? .null,
            ])
    }

    /// Made of what the undo left in the scan's row, so that it is the same however often it is asked for.
    private func answer(_ scan: ScanRecord, _ userName: String, _ child: BagRow?) throws -> UndoAnswer {
        guard let state = scan.remainder.undo, let undone = scan.undone, var row = child else {
            throw SQLError(.unexpectedValue, message: "an undone scan lacks its answer")
        }
        let catalog = try services.catalog.catalog(in: transaction).products
        row.areaCode = state.areaCode
        row.lot = state.lot
        row.testDate = state.testDate
        row.parentID = nil
        row.isRetired = false
        row.updatedAt = undone.at
        return UndoAnswer(
            scan: scan.item(user: ScanItem.User(id: scan.userID, name: userName)),
            parent: try scan.scannedParent(catalog, childCount: state.childCount),
            child: ChildAnswer(row, parentCode: nil, identifiers: services.identifiers))
    }
}

extension ScanRecord {
    /// The scan as lists show it.
    func item(user: ScanItem.User) -> ScanItem {
        ScanItem(
            id: id, user: user, clientScanID: clientScanID, kind: kind, outcome: outcome, rejectCode: rejectCode,
            code: code, parentCode: parentCode, billID: billID, ticketID: ticketID, areaCode: areaCode,
            countAfter: countAfter, capacity: capacity,
            statusAfter: statusAfter, deviceID: deviceID, scannedAt: scannedAt, recordedAt: recordedAt,
            isClockAdjusted: isClockAdjusted, undone: undone)
    }
}
