import Portico

/// What every scan may say besides its codes.
struct ScanOptions: RouteInput {
    let clientScanID: String?
    let scannedAt: Instant?
    let deviceID: String?
    let areaCode: String?

    init(_ fields: inout FieldReader) {
        clientScanID = fields.optionalText(
            "client_scan_id", 8...64, pattern: ScanOptions.pattern, example: "0197b0f2-5b1e-7c3a-9d52-0c7a5f0e4d11",
            "The device's own id of the scan: the same id again gets the same answer")
        scannedAt = fields.optionalInstant("scanned_at", "The device's time of the reading")
        deviceID = fields.optionalText("device_id", 1...64, "Name of the device")
        areaCode = fields.optionalText("area_code", 1...30, "The area of a new sack, for users of all areas")
    }

    /// The request of a scan with these options.
    func request(_ kind: ScanKind, code: String, parent: String?, at now: Instant) -> ScanRequest {
        ScanRequest(
            kind: kind, code: code, parent: parent,
            clientScanID: clientScanID.flatMap(ClientScanID.init) ?? ClientScanID(UUIDv7(at: now)),
            scannedAt: scannedAt, deviceID: deviceID, areaCode: areaCode)
    }

    private static let pattern = TextPattern("^[A-Za-z0-9_-]{8,64}$") { ClientScanID($0) != nil }
}

/// A scanned sack.
struct ParentScanInput: RouteInput {
    let code: String
    let options: ScanOptions

    init(_ fields: inout FieldReader) {
        code = fields.text("code", 0...200_000, example: "SB00012", "The sack's code or SSCC as it was read")
        options = ScanOptions(&fields)
    }
}

/// A bag scanned into a sack.
struct ChildScanInput: RouteInput {
    let parent: String
    let code: String
    let options: ScanOptions

    init(_ fields: inout FieldReader) {
        parent = fields.text("parent", 0...200_000, example: "SB00012", "The sack's code or SSCC")
        code = fields.text("code", 0...200_000, example: "2903411", "The bag's code, or the text of its label")
        options = ScanOptions(&fields)
    }
}

/// The scan to be taken back.
struct UndoInput: RouteInput {
    let id: Int64
    let reason: String?

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The scan")
        reason = fields.optionalText("reason", 0...200, "Why")
    }
}
