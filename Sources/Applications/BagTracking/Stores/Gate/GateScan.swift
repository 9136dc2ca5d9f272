import Portico

/// The scan of a sack at the gate (rule R27). Locks the bill; its sacks are sealed and need no lock of their own.
struct GateScan {
    let work: ScanWork
    let catalog: ProductCatalog

    func run() throws -> ScanResult {
        let bill = try BillLookup(work.transaction).bill(work.request.billID, for: work.caller, locked: true)
        let check = bill.state == .loading ? try BillLookup(work.transaction).runningCheck(of: bill.id) : nil
        let (found, row) = try SackSearch(work: work, catalog: catalog).sack(locked: false)
        var scan = ScanRecord(work.request, contentHash: work.contentHash, by: work.caller)
        let scanned = scan.code
        scan.code = found.text(for: work.caller) ?? scan.code
        scan.areaCode = bill.areaCode
        let isOnBill = row?.billID == bill.id
        let facts = GateScanFacts(
            userArea: work.caller.areaCode, bill: bill.facts, isRunning: check != nil, sack: found, isOnBill: isOnBill,
            wasSeen: isOnBill ? try wasSeen(row, in: check) : false)
        switch GateRules.decide(facts) {
        case .refuse(let refusal): return try work.record(refusal, scan, catalog)
        case .finding(let refusal): return try note(refusal, row, bill, check, scan, scanned)
        case .duplicate: return try see(row, bill, check, scan, isNew: false)
        case .match: return try see(row, bill, check, scan, isNew: true)
        }
    }

    private func wasSeen(_ row: BagRow?, in check: GateCheckRow?) throws -> Bool {
        guard let row, let check else { return false }
        return try work.transaction.scalar(
            "gate.was_seen",
            "SELECT 1 FROM gate_check_sacks WHERE gate_check_id = \(check.id) AND bag_id = \(row.id)", as: Int.self)
            != nil
    }

    private func see(
        _ row: BagRow?, _ bill: BillRow, _ check: GateCheckRow?, _ scan: ScanRecord, isNew: Bool
    ) throws -> ScanResult {
        guard let row, let load = row.load, var check else { throw LostRace() }
        if isNew { check.progress.seenCount += 1 }
        var scan = scan
        scan.outcome = isNew ? .matched : .duplicate
        scan.remainder.gateCheck = ScannedGateCheck(progress: check.progress)
        scan.note(load)
        return try work.record(scan, catalog) { scan, _ in
            guard isNew else { return }
            try work.transaction.executeLater(
                "gate.see",
                """
                INSERT INTO gate_check_sacks (gate_check_id, bag_id, seen_at, seen_by)
                VALUES (\(check.id), \(row.id), \(scan.recordedAt), \(scan.userID))
                """)
            try update(check, of: bill)
        }
    }

    /// Refuses a foreign sack, and notes it once. One that was unloaded and is scanned again is on the lorry again, by the
    /// server's clock: a device whose clock is slow must not let it leave.
    private func note(
        _ refusal: Refusal, _ row: BagRow?, _ bill: BillRow, _ check: GateCheckRow?, _ scan: ScanRecord,
        _ scanned: String
    ) throws -> ScanResult {
        guard let row, var check else { throw LostRace() }
        var scan = scan
        scan.refuse(refusal)
        let changed = try work.transaction.execute(
            "gate.find",
            """
            INSERT INTO gate_findings (gate_check_id, bag_id, found_at, scanned)
            VALUES (\(check.id), \(row.id), \(scan.recordedAt), \(scanned))
            ON CONFLICT (gate_check_id, bag_id) DO UPDATE
                SET found_at = excluded.found_at, scanned = excluded.scanned, resolution = NULL, resolved_by = NULL,
                    resolved_at = NULL
                WHERE gate_findings.resolved_at IS NOT NULL AND gate_findings.resolved_at < excluded.found_at
            """)
        guard changed > 0 else { return try work.record(scan, catalog) { _, _ in } }
        check.progress.openFindings += 1
        let result = try work.record(scan, catalog) { _, _ in
            try update(check, of: bill)
            try work.services.outbox.publish(
                BillEvents.found(row.code, on: bill, by: work.caller), in: work.transaction)
        }
        let metrics = work.services.metrics
        work.transaction.afterCommit { metrics.foundSack() }
        return result
    }

    private func update(_ check: GateCheckRow, of bill: BillRow) throws {
        try check.update(in: work.transaction)
        try work.services.outbox.publish(
            BillEvents.event(BillEvents.changed, bill, check: check.progress, by: work.caller), in: work.transaction)
    }
}

extension GateCheckRow {
    /// Writes how far the check is.
    /// - Throws: ``SQLError``.
    func update(in transaction: Transaction) throws {
        try transaction.executeLater(
            "gate.progress",
            """
            UPDATE gate_checks SET seen_count = \(progress.seenCount), open_findings = \(progress.openFindings)
            WHERE id = \(id)
            """)
    }
}
