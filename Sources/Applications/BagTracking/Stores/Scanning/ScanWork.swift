import Portico

/// Another transaction changed in between what this one had seen. It is run again and will see that.
struct LostRace: Error {}

/// What scans of all kinds share: one scan inside one transaction.
struct ScanWork {
    let request: ScanRequest
    let contentHash: String
    let caller: BagCaller
    let services: BagTrackingServices
    let transaction: Transaction
    /// The ids that the scan, and a sack or bag that it registers, are going to have.
    private(set) var ids = (scan: Int64(0), bag: Int64(0))
    /// The version of the catalog that the scan is judged by.
    private(set) var catalogVersion: Int64 = 0

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
        let start = try find()
        let catalog = try services.catalog.catalog(version: start.version, in: transaction)
        if let earlier = start.earlier { return try replay(earlier, catalog) }
        var work = self
        work.ids = start.ids
        work.catalogVersion = start.version
        return switch request.kind {
        case .parent: try ParentScan(work: work, catalog: catalog).run()
        case .child: try ChildScan(work: work, catalog: catalog.products).run()
        case .bill: try BillScan(work: work, catalog: catalog.products).run()
        case .gate: try GateScan(work: work, catalog: catalog.products).run()
        case .return: try ReturnScan(work: work, catalog: catalog.products).run()
        }
    }

    /// The first answer again, or a refusal when the id was used for something else.
    private func replay(_ earlier: ScanRecord, _ catalog: Catalog) throws -> ScanResult {
        guard earlier.contentHash == contentHash else { throw Refusal.clientScanIDReused() }
        return try earlier.result(catalog: catalog.products, isReplay: true)
    }

    private struct Start {
        let version: Int64
        let ids: (scan: Int64, bag: Int64)
        let earlier: ScanRecord?
    }

    /// The version of the catalog, the next ids, and the scan that the user has under this client id.
    ///
    /// Ids are taken beforehand so that everything the scan writes can travel with its commit.
    private func find() throws -> Start {
        // The limit tells the planner of SQLite that there is one version. It takes a table without statistics for a million rows, and
        // would read all scans to make a filter for as many look-ups.
        let found = try transaction.first(
            "scans.find",
            """
            SELECT c.version, \(nextID("scans")), \(nextID("bags")), \(ScanRecord.columns("s"))
            FROM (SELECT version FROM catalog_version LIMIT 1) AS c
            LEFT JOIN scans s ON s.user_id = \(caller.userID) AND s.client_scan_id = \(request.clientScanID.text)
            """
        ) { row in
            Start(
                version: try row[0], ids: (scan: try row[1], bag: try row[2]),
                earlier: row.isNull(3) ? nil : try ScanRecord(row, from: 3))
        }
        guard let found else { throw SQLError(.unexpectedNull, message: "the catalog has no version") }
        return found
    }

    /// The id that the next row of a table gets: from its sequence, or where there is one writer the one after the
    /// last.
    private func nextID(_ table: SQL) -> SQL {
        switch transaction.dialect {
        case .sqlite: "(SELECT coalesce(max(id), 0) + 1 FROM \(table))"
        case .postgresql: "nextval(pg_get_serial_sequence('\(table)', 'id'))"
        }
    }

    /// Records a scan. What else it changes is written by `effects`, which get the scan with its id.
    ///
    /// - Parameter further: what is told besides the scan itself.
    ///
    /// When a copy of the request came first the transaction fails by the scan's unique key, is run again, and becomes
    /// a replay.
    func record(
        _ scan: ScanRecord, _ catalog: ProductCatalog, telling further: [Event] = [],
        effects: (ScanRecord, inout CounterChanges) throws -> Void
    ) throws -> ScanResult {
        var scan = scan
        scan.id = ids.scan
        try scan.insert(in: transaction)
        var counters = CounterChanges()
        counters.add(.scans(scan.outcome), in: scan.areaCode)
        try effects(scan, &counters)
        try counters.write(in: transaction)
        try services.outbox.publish([ScanEvents.recorded(scan, by: caller)] + further, in: transaction)
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
