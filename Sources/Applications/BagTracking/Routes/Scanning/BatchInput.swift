import Portico

/// Scans that wait on a device, oldest first (rule R15).
struct BatchInput: RouteInput {
    let items: [BatchItem]

    init(_ fields: inout FieldReader) {
        items = fields.list("items", 1...100, of: BatchItem.self, "The scans, in the order they were made")
    }
}

/// One scan of a batch. Its values are judged when its turn comes, as if it had come alone, so that one bad entry of a queue
/// does not hold up the others.
struct BatchItem: RouteInput {
    let kind: String
    let code: String?
    let parent: String?
    let clientScanID: String?
    let scannedAt: String?
    let deviceID: String?
    let areaCode: String?

    init(_ fields: inout FieldReader) {
        kind = fields.text("kind", 0...64, example: "child", "parent or child")
        code = fields.optionalText("code", 0...200_000, example: "2903411", "What was read")
        parent = fields.optionalText("parent", 0...200_000, example: "SB00012", "The sack of a bag")
        clientScanID = fields.optionalText("client_scan_id", 0...1000, "The device's own id of the scan")
        scannedAt = fields.optionalText("scanned_at", 0...100, "The device's time of the reading")
        deviceID = fields.optionalText("device_id", 0...1000, "Name of the device")
        areaCode = fields.optionalText("area_code", 0...1000, "The area of a new sack")
    }

    /// The scan, when its shape is right and the caller may make it.
    /// - Throws: ``Refusal``: 403 or `validation_failed`.
    func request(by caller: BagCaller) throws(Refusal) -> ScanRequest {
        guard let kind = ScanKind(rawValue: kind), kind == .parent || kind == .child else {
            throw .validation([.invalid("kind", "must be parent or child")])
        }
        guard caller.may("scan.pack") else { throw .forbidden("Your role does not allow packing.") }
        var problems: [FieldProblem] = []
        let client = clientScanID.flatMap { ClientScanID($0) }
        if clientScanID == nil { problems.append(.required("client_scan_id", "is missing; text is needed")) }
        if clientScanID != nil, client == nil {
            problems.append(.invalid("client_scan_id", "must match ^[A-Za-z0-9_-]{8,64}$"))
        }
        if code == nil { problems.append(.required("code", "is missing; text is needed")) }
        if kind == .child, parent == nil { problems.append(.required("parent", "is missing; text is needed")) }
        let time = scannedAt.flatMap { Instant(rfc3339: $0) }
        if scannedAt != nil, time == nil {
            problems.append(.invalid("scanned_at", "must be a time such as 2026-11-21T10:35:38Z"))
        }
        if let deviceID, let problem = FieldProblem.length(of: deviceID, in: 1...64, field: "device_id") {
            problems.append(problem)
        }
        guard problems.isEmpty, let client, let code else { throw .validation(problems) }
        return ScanRequest(
            kind: kind, code: code, parent: kind == .child ? parent : nil, clientScanID: client, scannedAt: time,
            deviceID: deviceID, areaCode: areaCode)
    }
}
