import Portico

/// The scan of a sack onto a bill (rule R25). Locks the bill, then the sack, and then decides.
struct BillScan {
    let work: ScanWork
    let catalog: ProductCatalog

    func run() throws -> ScanResult {
        let bill = try BillLookup(work.transaction).bill(work.request.billID, for: work.caller, locked: true)
        let (found, row) = try SackSearch(work: work, catalog: catalog).sack(locked: bill.state == .open)
        var scan = ScanRecord(work.request, contentHash: work.contentHash, by: work.caller)
        scan.code = found.text(for: work.caller) ?? scan.code
        scan.areaCode = bill.areaCode
        let facts = BillingFacts(
            userArea: work.caller.areaCode, bill: bill.facts, sack: found, isOnBill: row?.billID == bill.id)
        switch BillingRules.decide(facts) {
        case .refuse(let refusal): return try work.record(refusal, scan, catalog)
        case .duplicate: return try duplicate(row, bill, scan)
        case .add: return try add(row, to: bill, scan)
        }
    }

    private func duplicate(_ row: BagRow?, _ bill: BillRow, _ scan: ScanRecord) throws -> ScanResult {
        guard let load = row?.load else { throw LostRace() }
        var scan = scan
        scan.outcome = .duplicate
        scan.remainder.bill = bill.scanned
        scan.note(load)
        return try work.record(scan, catalog) { _, _ in }
    }

    private func add(_ row: BagRow?, to old: BillRow, _ scan: ScanRecord) throws -> ScanResult {
        guard let row, let load = row.load else { throw LostRace() }
        var bill = old
        bill.totals = old.totals.adding(load)
        var scan = scan
        scan.outcome = .added
        scan.remainder.bill = bill.scanned
        scan.note(load)
        return try work.record(scan, catalog) { _, _ in
            try work.transaction.put(sack: row.id, on: bill, at: work.caller.now, "bills.add_sack")
            var saved = bill
            try saved.update(in: work.transaction)
            try work.services.outbox.publish(
                BillEvents.event(BillEvents.changed, saved, check: nil, by: work.caller), in: work.transaction)
        }
    }
}

/// Finds the sack that a scan onto a bill or at the gate names.
struct SackSearch {
    let work: ScanWork
    let catalog: ProductCatalog

    /// What there is to know about the sack, and its row.
    /// - Throws: ``SQLError``.
    func sack(locked: Bool) throws -> (found: ParentLookup, row: BagRow?) {
        let reference: ParentReference
        do throws(CodeError) {
            reference = try ParentReference.parse(work.request.code, catalog: catalog)
        } catch {
            return (.invalid(error), nil)
        }
        guard let row = try work.lookup.sack(reference, locked: locked) else { return (.missing(reference), nil) }
        let place = row.billID == nil ? .nowhere : try work.lookup.place(of: row)
        guard let facts = row.sackFacts(place) else { return (.missing(reference), nil) }
        return (.found(facts), row)
    }
}

extension ParentLookup {
    /// The code to be recorded: the sack's own where the caller sees it; nil where that of the request is to be kept as it
    /// came, for what is no code or a sack of another area (rule R9).
    func text(for caller: BagCaller) -> String? {
        switch self {
        case .invalid: nil
        case .missing(let reference): reference.text
        case .found(let sack): caller.sees(sack.areaCode) ? sack.code : nil
        }
    }
}
