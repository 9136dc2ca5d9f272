import Portico

/// A scan with its shape checked and its codes as they were sent.
struct ScanRequest: Sendable {
    let kind: ScanKind
    let code: String
    /// The sack that a bag was scanned into; nil when a sack was scanned.
    var parent: String?
    /// The bill of a `.bill` or `.gate` scan.
    var billID: Int64?
    /// The ticket of a `.return` scan.
    var ticketID: Int64?
    /// How a returned sack is; nil stands for good.
    var condition: ReturnCondition?
    let clientScanID: ClientScanID
    var scannedAt: Instant?
    var deviceID: String?
    var areaCode: String?

    /// What makes another request with the same id the same scan.
    var contentHash: String {
        ScanContent.hash(kind: kind, code: code, parent: parent, billID: billID, ticketID: ticketID)
    }
}

extension ScanRequest {
    /// What a transaction holds while it takes the scan: the sack that is packed, a bill, or one sack of a bill or
    /// ticket.
    var subject: String {
        switch kind {
        case .parent, .child: parent ?? code
        case .gate: "gate \(billID ?? 0)"
        case .bill: "bill \(billID ?? 0) \(code)"
        case .return: "return \(ticketID ?? 0) \(code)"
        }
    }
}

/// The answer to a scan, ready to be sent.
struct ScanResult: Sendable {
    /// Status of HTTP.
    let status: Int
    /// JSON of a scan answer or of a problem.
    let body: [UInt8]
    /// Whether the scan was recorded earlier, and this is its first answer again.
    let isReplay: Bool
    /// Id of the recorded scan.
    let scanID: Int64
    /// The code as it was recorded.
    let code: String
    let kind: ScanKind
    let outcome: ScanOutcome
    /// Why it was refused; nil when it was not.
    let rejectCode: String?
    /// From the device's reading to the server's record.
    let delay: Span

    var isProblem: Bool { rejectCode != nil }
}
