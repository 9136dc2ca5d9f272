import Portico

/// A scan in lists: what was scanned, by whom, and what came of it.
struct ScanItem: JSONRepresentable {
    /// A person as answers name them.
    struct User: JSONRepresentable, Hashable {
        static let schemaName = "UserReference"
        static let example = User(id: 3, name: "Asha Verma")

        var id: Int64
        var name: String

        func write(to object: inout JSONObjectWriter) {
            object.field("id", id: id)
            object.field("name", name)
        }
    }

    /// How a scan was taken back.
    struct Undone: Sendable, Hashable {
        var at: Instant
        var by: Int64
        var reason: String?
    }

    static let schemaName = "ScanItem"
    static let example = ScanItem(
        id: 4711, user: .example, clientScanID: ScanSummary.example.clientScanID, kind: .child, outcome: .linked,
        code: "2903411", parentCode: "SB00012", areaCode: "lucknow", countAfter: 28, capacity: 30,
        statusAfter: .filling, scannedAt: ScanSummary.example.scannedAt, recordedAt: ScanSummary.example.recordedAt)

    var id: Int64
    var user: User
    var clientScanID: String
    var kind: ScanKind
    var outcome: ScanOutcome
    var rejectCode: String?
    var code: String
    var parentCode: String?
    var billID: Int64?
    var billCode: String?
    var ticketID: Int64?
    var ticketCode: String?
    var areaCode: String?
    var countAfter: Int?
    var capacity: Int?
    var statusAfter: ParentStatus?
    var deviceID: String?
    var scannedAt: Instant
    var recordedAt: Instant
    var isClockAdjusted = false
    var undone: Undone?

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id)
        object.field("user", user)
        object.field("client_scan_id", clientScanID)
        object.field("kind", kind)
        object.field("outcome", outcome)
        object.field("reject_code", rejectCode, "Why it was refused")
        object.field("code", code, "What was scanned, normalised")
        object.field("parent_code", parentCode)
        object.field("bill_id", id: billID)
        object.field("bill_code", billCode)
        object.field("ticket_id", id: ticketID)
        object.field("ticket_code", ticketCode)
        object.field("area_code", areaCode)
        object.field("count_after", countAfter, "Bags in the sack after the scan")
        object.field("capacity", capacity)
        object.field("status_after", statusAfter)
        object.field("device_id", deviceID)
        object.field("scanned_at", scannedAt)
        object.field("recorded_at", recordedAt)
        object.field("clock_adjusted", isClockAdjusted)
        object.field("undone_at", undone?.at)
        object.field("undone_by", id: undone?.by)
        object.field("undo_reason", undone?.reason)
    }
}
