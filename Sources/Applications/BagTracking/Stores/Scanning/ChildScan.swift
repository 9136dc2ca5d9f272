import Portico

/// The scan of a bag into a sack (rule R11). Locks the sack, then the bag, and then decides.
struct ChildScan {
    let work: ScanWork
    let catalog: ProductCatalog

    private struct Found {
        var parent: ParentLookup
        var sack: BagRow?
        var label: Result<ChildLabel, CodeError>
        var child: BagRow?
        var childPlace = BagPlace.nowhere
    }

    func run() throws -> ScanResult {
        let found = try load()
        var scan = ScanRecord(work.request, contentHash: work.contentHash, by: work.caller)
        if case .success(let label) = found.label { scan.code = ScannedText.recorded(label.code) }
        scan.parentCode = parentCode(found)
        scan.areaCode = AreaRules.scanArea(concerned: found.sack?.areaCode, userArea: work.caller.areaCode)
        let facts = PackingFacts(
            userArea: work.caller.areaCode, parent: found.parent, label: found.label,
            child: found.child?.childFacts(found.childPlace))
        switch PackingRules.decide(facts) {
        case .refuse(let refusal): return try work.record(refusal, scan, catalog)
        case .duplicate: return try duplicate(found, scan)
        case .link: return try link(found, scan)
        }
    }

    // MARK: - Facts

    private func load() throws -> Found {
        var found = Found(
            parent: .invalid(.invalidParentCode("", catalog: catalog)),
            label: Result { () throws(CodeError) in try ChildLabel.read(work.request.code) })
        try loadSack(&found)
        try loadChild(&found)
        return found
    }

    private func loadSack(_ found: inout Found) throws {
        let reference: ParentReference
        do throws(CodeError) {
            reference = try ParentReference.parse(work.request.parent ?? "", catalog: catalog)
        } catch {
            found.parent = .invalid(error)
            return
        }
        found.parent = .missing(reference)
        guard let row = try work.lookup.sack(reference, locked: true) else { return }
        let place = row.billID == nil ? .nowhere : try work.lookup.place(of: row)
        guard let facts = row.sackFacts(place) else { return }
        found.sack = row
        found.parent = .found(facts)
    }

    /// Looks the bag up, unless the sack decides alone, and judges its code (rule R4).
    private func loadChild(_ found: inout Found) throws {
        guard found.sack != nil, case .success(let label) = found.label else { return }
        if ChildLabel.isCode(label.code) {
            found.child = try work.lookup.bag(label.code, .child, locked: true)
        }
        let isKnown = found.child != nil
        do throws(CodeError) {
            try label.check(catalog: catalog) { _ in isKnown }
        } catch {
            found.label = .failure(error)
            return
        }
        guard let child = found.child, child.parentID != nil else { return }
        if child.parentID == found.sack?.id {
            found.childPlace = BagPlace(parentCode: found.sack?.code)
        } else {
            found.childPlace = try work.lookup.place(of: child)
        }
    }

    /// The sack's own code; that of the request when no sack has it, or one of another area, whose code would say which
    /// sack an SSCC is on (rule R9); nil when it is no code.
    private func parentCode(_ found: Found) -> String? {
        switch found.parent {
        case .found(let sack) where work.caller.sees(sack.areaCode): sack.code
        case .found: (try? ParentReference.parse(work.request.parent ?? "", catalog: catalog))?.text
        case .missing(let reference): reference.text
        case .invalid: nil
        }
    }

    // MARK: - Effects

    private func duplicate(_ found: Found, _ scan: ScanRecord) throws -> ScanResult {
        guard let load = found.sack?.load, let child = found.child, case .success(let label) = found.label else {
            throw LostRace()
        }
        var scan = scan
        scan.outcome = .duplicate
        scan.remainder.wasKnown = true
        scan.remainder.lot = child.lot
        scan.remainder.testDate = child.testDate
        scan.remainder.warnings = LabelKeeping(lot: child.lot, testDate: child.testDate, reading: label).warnings
        scan.note(load)
        return try work.record(scan, catalog) { _, _ in }
    }

    private func link(_ found: Found, _ scan: ScanRecord) throws -> ScanResult {
        guard let sack = found.sack, let before = sack.load, let after = before.changed(by: 1),
            case .success(let label) = found.label
        else { throw LostRace() }
        let kept = LabelKeeping(lot: found.child?.lot, testDate: found.child?.testDate, reading: label)
        var scan = scan
        scan.outcome = .linked
        scan.remainder.wasKnown = found.child != nil
        scan.remainder.lot = kept.lot
        scan.remainder.testDate = kept.testDate
        scan.remainder.warnings = kept.warnings
        scan.note(after)
        return try work.record(scan, catalog) { scan, counters in
            let childID = try put(label.code, found.child, into: sack, kept, scan)
            try SackChange(sack, to: after).write(in: work.transaction, counters: &counters, at: work.caller.now)
            try CustodyJournal(transaction: work.transaction).append(
                CustodyJournal.Entry(
                    fact: .linked, source: .scan, parent: sack, scanID: scan.id, areaCode: sack.areaCode,
                    actorID: scan.userID, eventTime: scan.scannedAt, recordTime: scan.recordedAt),
                bagID: childID)
            counters.move(
                from: found.child.map { (.children(.loose), $0.areaCode) }, to: (.children(.linked), sack.areaCode))
            if after.isFull {
                try work.services.outbox.publish(
                    ScanEvents.full(
                        sack.code, load: after, area: sack.areaCode, scanID: scan.id, by: work.caller),
                    in: work.transaction)
            }
        }
    }

    /// Registers the bag or changes its row, so that it is in the sack.
    private func put(
        _ code: String, _ child: BagRow?, into sack: BagRow, _ kept: LabelKeeping, _ scan: ScanRecord
    ) throws -> Int64 {
        let now = work.caller.now
        if let child {
            try work.transaction.executeLater(
                "bags.link",
                """
                UPDATE bags SET parent_id = \(sack.id), parent_kind = 'parent', status = 'linked',
                    area_code = \(sack.areaCode), lot = \(kept.lot), test_date = \(kept.testDate),
                    link_scan_id = \(scan.id), linked_at = \(now), linked_by = \(scan.userID), updated_at = \(now)
                WHERE id = \(child.id)
                """)
            return child.id
        }
        try work.transaction.executeLater(
            ChildScan.insertion,
            """
            INSERT INTO bags (id, code, code_reversed, kind, area_code, status, parent_id, parent_kind, lot, test_date,
                link_scan_id, linked_at, linked_by, created_at, created_by, updated_at)
            VALUES (\(work.ids.bag), \(code), \(ASCII.reversed(code)), \(newKind), \(sack.areaCode), 'linked', \(sack.id),
                'parent', \(kept.lot), \(kept.testDate), \(scan.id), \(now), \(scan.userID), \(now), \(scan.userID),
                \(now))
            """)
        return work.ids.bag
    }

    /// The name of the statement that registers a bag.
    static let insertion = "bags.insert_child"

    /// The kind of a new bag; null, which no row may have, when product types have changed since the code was judged: it
    /// may be a sack's by now (rules R2, R8). Whoever adds a type keeps new bags out meanwhile, and a statement that waited
    /// for that sees the new version. SQLite has one writer, so nothing changes there.
    private var newKind: SQL {
        switch work.transaction.dialect {
        case .sqlite: "'child'"
        case .postgresql:
            "(SELECT CASE WHEN version = \(work.catalogVersion) THEN 'child' END FROM catalog_version)"
        }
    }
}
