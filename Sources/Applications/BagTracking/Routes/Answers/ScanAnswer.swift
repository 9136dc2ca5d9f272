import Portico

/// What a scan is answered with. Only what the scan itself fixed, so that every replay is the same (rule R13).
struct ScanAnswer: JSONRepresentable {
    static let schemaName = "ScanAnswer"
    static let example = ScanAnswer(
        scan: .example, isCreated: true, isDuplicate: false, parent: .example, child: .example)

    var scan: ScanSummary
    /// Whether the scanned code was registered by this scan.
    var isCreated: Bool
    var isDuplicate: Bool
    var parent: ScannedParent
    var child: ScannedChild?
    /// Set for scans onto a bill.
    var bill: ScannedBill?
    /// Set for scans at the gate.
    var gateCheck: ScannedGateCheck?
    /// Set for scans onto a return ticket.
    var item: ReturnItemAnswer?

    func write(to object: inout JSONObjectWriter) {
        object.field("scan", scan, "The scan as it was recorded")
        object.field("created", isCreated, "Whether this scan registered the scanned code")
        object.field("duplicate", isDuplicate, "Whether what the scan wanted was so already")
        object.field("parent", parent, "The sack after this scan")
        object.field("child", child, "The bag; null when a sack was scanned")
        object.optionalField("bill", bill, "The bill after this scan; only of scans onto a bill")
        object.optionalField("gate_check", gateCheck, "The check after this scan; only of scans at the gate")
        object.optionalField("item", item, "The sack on its ticket; only of scans onto a return ticket")
    }
}

/// The scan inside its own answer.
struct ScanSummary: JSONRepresentable {
    static let schemaName = "ScanSummary"
    static let example = ScanSummary(
        id: 4711, clientScanID: "0197b0f2-5b1e-7c3a-9d52-0c7a5f0e4d11", kind: .child, outcome: .linked, code: "2903411",
        parentCode: "SB00012", areaCode: "lucknow", scannedAt: Instant(milliseconds: 1_763_721_338_000),
        recordedAt: Instant(milliseconds: 1_763_721_338_120), isClockAdjusted: false, warnings: [])

    var id: Int64
    var clientScanID: String
    var kind: ScanKind
    var outcome: ScanOutcome
    var code: String
    var parentCode: String?
    var areaCode: String?
    var scannedAt: Instant
    var recordedAt: Instant
    var isClockAdjusted: Bool
    var warnings: [ScanWarning]

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id)
        object.field("client_scan_id", clientScanID, "The device's id of the scan")
        object.field("kind", kind)
        object.field("outcome", outcome)
        object.field("code", code, "What was scanned, normalised")
        object.field("parent_code", parentCode, "The sack that the bag was scanned into")
        object.field("area_code", areaCode)
        object.field("scanned_at", scannedAt, "The device's time where it can be believed")
        object.field("recorded_at", recordedAt, "The server's time")
        object.field("clock_adjusted", isClockAdjusted, "Whether the device's time was replaced")
        object.field("warnings", warnings, "What to know although the scan was taken")
    }
}

/// The sack inside the answer of a scan.
struct ScannedParent: JSONRepresentable {
    static let schemaName = "ScannedParent"
    static let example = ScannedParent(
        code: "SB00012", productType: "mustard", load: ParentLoad(childCount: 28, capacity: 30, unitWeightGrams: 1000))

    var code: String
    var productType: String
    var load: ParentLoad

    func write(to object: inout JSONObjectWriter) {
        object.field("code", code)
        object.field("product_type", productType)
        object.field("capacity", load.capacity, "How many bags fill the sack")
        object.field("child_count", load.childCount, "Bags in the sack after this scan")
        object.field("status", load.status)
        object.field("weight_grams", load.weightGrams)
    }
}

/// The bag inside the answer of a scan.
struct ScannedChild: JSONRepresentable {
    static let schemaName = "ScannedChild"
    static let example = ScannedChild(
        code: "2903411", lot: "MUS/2025/001", testDate: CalendarDate(year: 2025, month: 10, day: 14))

    var code: String
    var lot: String?
    var testDate: CalendarDate?

    func write(to object: inout JSONObjectWriter) {
        object.field("code", code)
        object.field("lot", lot, "Seed lot of the label")
        object.field("test_date", testDate, "Date of test of the label")
    }
}
