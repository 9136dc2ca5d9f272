import Portico

/// A scan of a sack or of a bag into a sack, with its shape checked and its codes as they were sent.
struct ScanRequest: Sendable {
    /// `.parent` or `.child`.
    let kind: ScanKind
    let code: String
    /// The sack that a bag was scanned into; nil when a sack was scanned.
    var parent: String?
    let clientScanID: ClientScanID
    var scannedAt: Instant?
    var deviceID: String?
    var areaCode: String?

    /// What makes another request with the same id the same scan.
    var contentHash: String {
        ScanContent.hash(kind: kind, code: code, parent: parent, billID: nil, ticketID: nil)
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
