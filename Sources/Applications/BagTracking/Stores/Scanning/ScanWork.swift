import Portico

/// Another transaction registered the same code in between. The scan is run again and will see it.
struct LostRace: Error {}

/// What sack and bag scans share: one scan inside one transaction.
struct ScanWork {
    let request: ScanRequest
    let contentHash: String
    let caller: BagCaller
    let services: BagTrackingServices
    let transaction: Transaction

    init(_ request: ScanRequest, by caller: BagCaller, _ services: BagTrackingServices, in transaction: Transaction) {
        self.request = request
        self.contentHash = request.contentHash
        self.caller = caller
        self.services = services
        self.transaction = transaction
    }

    var lookup: BagLookup<Transaction> { BagLookup(transaction) }

    /// Takes the scan: answers it again, or decides and records it.
    /// - Throws: ``Refusal`` where it is not recorded, ``LostRace``, ``SQLError``.
    func run() throws -> ScanResult {
        try AreaRules.checkBody(area: request.areaCode, userArea: caller.areaCode)
        let (version, earlier) = try find()
        let catalog = try services.catalog.catalog(version: version, in: transaction)
        if let earlier { return try replay(earlier, catalog) }
        return switch request.kind {
        case .parent: try ParentScan(work: self, catalog: catalog).run()
        default: try ChildScan(work: self, catalog: catalog.products).run()
        }
    }

    /// The first answer again, or a refusal when the id was used for something else.
    private func replay(_ earlier: ScanRecord, _ catalog: Catalog) throws -> ScanResult {
        guard earlier.contentHash == contentHash else { throw Refusal.clientScanIDReused() }
        return try earlier.result(catalog: catalog.products, isReplay: true)
    }

    /// The version of the catalog, and the scan that the user has under this client id.
    private func find() throws -> (version: Int64, earlier: ScanRecord?) {
        let found = try transaction.first(
            "scans.find",
            """
            SELECT c.version, \(ScanRecord.columns("s")) FROM catalog_version c
            LEFT JOIN scans s ON s.user_id = \(caller.userID) AND s.client_scan_id = \(request.clientScanID.text)
            """
        ) { row in
            (version: try row[0] as Int64, earlier: row.isNull(1) ? nil : try ScanRecord(row, from: 1))
        }
        return found ?? (0, nil)
    }

    /// Records a scan. What else it changes is written by `effects`, which get the scan with its id.
    ///
    /// A copy of the request that came first makes this one a replay, and nothing is written.
    func record(
        _ scan: ScanRecord, _ catalog: ProductCatalog, effects: (ScanRecord, inout CounterChanges) throws -> Void
    ) throws -> ScanResult {
        guard let id = try scan.insert(in: transaction) else {
            guard let earlier = try find().earlier else { throw LostRace() }
            guard earlier.contentHash == contentHash else { throw Refusal.clientScanIDReused() }
            return try earlier.result(catalog: catalog, isReplay: true)
        }
        var scan = scan
        scan.id = id
        var counters = CounterChanges()
        counters.add(.scans(scan.outcome), in: scan.areaCode)
        try effects(scan, &counters)
        try counters.write(in: transaction)
        try services.outbox.publish(ScanEvents.recorded(scan, by: caller), in: transaction)
        return try scan.result(catalog: catalog, isReplay: false)
    }

    /// Records a refused scan, where refusals of its kind are recorded.
    func record(_ refusal: Refusal, _ scan: ScanRecord, _ catalog: ProductCatalog) throws -> ScanResult {
        guard refusal.isRecorded else { throw refusal }
        var scan = scan
        scan.refuse(refusal)
        return try record(scan, catalog) { _, _ in }
    }
}
