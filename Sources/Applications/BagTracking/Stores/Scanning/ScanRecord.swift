import Portico

/// A scan as its row keeps it. Its answer is made of nothing else, the first time as at every replay (rule R13).
struct ScanRecord: Sendable {
    var id: Int64 = 0
    let userID: Int64
    let clientScanID: String
    let contentHash: String
    let kind: ScanKind
    var outcome: ScanOutcome
    var rejectCode: String?
    var code: String
    var parentCode: String?
    var billID: Int64?
    var ticketID: Int64?
    var areaCode: String?
    var countAfter: Int?
    var capacity: Int?
    var statusAfter: ParentStatus?
    var remainder = ScanRemainder()
    let deviceID: String?
    let scannedAt: Instant
    let recordedAt: Instant
    let isClockAdjusted: Bool
    let requestID: String
    var undone: ScanItem.Undone?

    /// The scan of a request before anything is known of its codes: refused, and all is to be filled in.
    init(_ request: ScanRequest, contentHash: String, by caller: BagCaller) {
        let timing = ScanTiming.accept(scannedAt: request.scannedAt, recordedAt: caller.now)
        userID = caller.userID
        clientScanID = request.clientScanID.text
        self.contentHash = contentHash
        kind = request.kind
        outcome = .rejected
        code = ScannedText.recorded(request.code)
        billID = request.billID
        ticketID = request.ticketID
        areaCode = caller.areaCode
        deviceID = request.deviceID
        scannedAt = timing.scannedAt
        isClockAdjusted = timing.clockAdjusted
        recordedAt = caller.now
        requestID = caller.requestID
    }

    /// Notes a refusal.
    mutating func refuse(_ refusal: Refusal) {
        outcome = .rejected
        rejectCode = refusal.code
        remainder = ScanRemainder(refusal)
    }

    /// Notes the sack as it is after the scan.
    mutating func note(_ load: ParentLoad) {
        countAfter = load.childCount
        capacity = load.capacity
        statusAfter = load.status
    }
}

extension ScanRecord {
    /// The columns in the order that ``init(_:from:)`` reads them.
    static func columns(_ table: SQL) -> SQL {
        """
        \(table).id, \(table).user_id, \(table).client_scan_id, \(table).content_hash, \(table).kind, \(table).outcome,
        \(table).reject_code, \(table).code, \(table).parent_code, \(table).area_code, \(table).count_after,
        \(table).capacity, \(table).status_after, \(table).answer, \(table).device_id, \(table).scanned_at,
        \(table).recorded_at, \(table).clock_adjusted, \(table).request_id, \(table).undone_at, \(table).undone_by,
        \(table).undo_reason, \(table).bill_id, \(table).ticket_id
        """
    }

    /// Reads the columns from column `first` on.
    init(_ row: Row, from first: Int = 0) throws {
        id = try row[first]
        userID = try row[first + 1]
        clientScanID = try row[first + 2]
        contentHash = try row[first + 3]
        kind = try row[first + 4]
        outcome = try row[first + 5]
        rejectCode = try row[first + 6]
        code = try row[first + 7]
        parentCode = try row[first + 8]
        areaCode = try row[first + 9]
        countAfter = try row[first + 10]
        capacity = try row[first + 11]
        statusAfter = try row[first + 12]
        remainder = try ScanRemainder(try row[first + 13] as String?)
        deviceID = try row[first + 14]
        scannedAt = try row[first + 15]
        recordedAt = try row[first + 16]
        isClockAdjusted = try row[first + 17]
        requestID = try row[first + 18]
        if let at = try row[first + 19] as Instant? {
            undone = ScanItem.Undone(at: at, by: try row[first + 20], reason: try row[first + 21])
        }
        billID = try row[first + 22]
        ticketID = try row[first + 23]
    }

    /// Writes the row.
    /// - Throws: ``SQLError`` `.uniqueViolation`, here or at the commit, when the user has a scan with this client id.
    func insert(in transaction: Transaction) throws {
        try transaction.executeLater(
            "scans.insert",
            """
            INSERT INTO scans (id, user_id, client_scan_id, content_hash, kind, outcome, reject_code, code, parent_code,
                bill_id, ticket_id, area_code, count_after, capacity, status_after, answer, device_id, scanned_at, recorded_at,
                clock_adjusted, request_id)
            VALUES (\(id), \(userID), \(clientScanID), \(contentHash), \(kind), \(outcome), \(rejectCode), \(code),
                \(parentCode), \(billID), \(ticketID), \(areaCode), \(countAfter), \(capacity), \(statusAfter), \(remainder.text), \(deviceID),
                \(scannedAt), \(recordedAt), \(isClockAdjusted), \(requestID))
            """)
    }
}
