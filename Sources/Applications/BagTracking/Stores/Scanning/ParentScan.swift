import Portico

/// The scan of a sack: makes it known and current (rule R10).
struct ParentScan {
    let work: ScanWork
    let catalog: Catalog

    func run() throws -> ScanResult {
        let reference = Result { () throws(CodeError) in
            try ParentReference.parse(work.request.code, catalog: catalog.products)
        }
        let row = try (try? reference.get()).flatMap { try work.lookup.sack($0, locked: false) }
        let place = try row.map { try work.lookup.place(of: $0) } ?? .nowhere
        let facts = ParentScanFacts(
            userArea: work.caller.areaCode, requestedArea: work.request.areaCode, reference: reference,
            sack: row?.sackFacts(place), activeAreas: catalog.activeAreas)
        var scan = ScanRecord(work.request, contentHash: work.contentHash, by: work.caller)
        if case .success(let reference) = reference { scan.code = reference.text }
        scan.areaCode = AreaRules.scanArea(concerned: row?.areaCode, userArea: work.caller.areaCode)
        switch ParentScanRules.decide(facts) {
        case .create(let code, let type, let area): return try create(code, type, in: area, scan)
        case .found(let warnings): return try found(row, warnings, scan)
        case .refuse(let refusal): return try work.record(refusal, scan, catalog.products)
        }
    }

    private func found(_ row: BagRow?, _ warnings: [ScanWarning], _ scan: ScanRecord) throws -> ScanResult {
        guard let row, let load = row.load else { throw LostRace() }
        var scan = scan
        scan.outcome = .found
        scan.code = row.code
        scan.remainder.warnings = warnings
        scan.note(load)
        return try work.record(scan, catalog.products) { _, _ in }
    }

    private func create(_ code: String, _ type: ProductType, in area: String, _ scan: ScanRecord) throws -> ScanResult {
        var scan = scan
        scan.outcome = .created
        scan.areaCode = area
        scan.note(ParentLoad(childCount: 0, capacity: type.capacity, unitWeightGrams: type.unitWeightGrams))
        return try work.record(scan, catalog.products) { _, counters in
            try insert(code, type, in: area)
            counters.add(.parents(.empty), in: area)
        }
    }

    private func insert(_ code: String, _ type: ProductType, in area: String) throws {
        let caller = work.caller
        try work.transaction.executeLater(
            "bags.insert_parent",
            """
            INSERT INTO bags (id, code, code_reversed, kind, product_type, area_code, status, child_count, capacity,
                unit_weight_grams, created_at, created_by, updated_at)
            VALUES (\(work.ids.bag), \(code), \(ASCII.reversed(code)), 'parent', \(type.code), \(area), 'empty', 0,
                \(type.capacity), \(type.unitWeightGrams), \(caller.now), \(caller.userID), \(caller.now))
            """)
    }
}
