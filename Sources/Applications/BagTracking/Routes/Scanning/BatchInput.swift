import Portico

/// Scans that wait on a device, oldest first (rule R15).
struct BatchInput: RouteInput {
    let items: [BatchItem]

    init(_ fields: inout FieldReader) {
        guard !fields.isRecording else {
            items = BatchInput.list(&fields)
            return
        }
        // What is wrong inside an item is the item's own business: it must not refuse the others.
        var lenient = fields
        let read = BatchInput.list(&lenient)
        var problems: [Int: [FieldProblem]] = [:]
        for error in lenient.errors.dropFirst(fields.errors.count) {
            if let (index, problem) = BatchInput.problem(error) {
                problems[index, default: []].append(problem)
            } else {
                fields.refuse(error.field, error.code, error.message)
            }
        }
        let lost = Set(problems.filter { $0.value.contains(BatchItem.notAnObject) }.keys)
        var objects = read.makeIterator()
        items = (0..<(read.count + lost.count)).map { index in
            let object = lost.contains(index) ? nil : objects.next()
            return BatchItem(object, problems: problems[index] ?? [])
        }
    }

    private static func list(_ fields: inout FieldReader) -> [BatchItem] {
        fields.list("items", 1...100, of: BatchItem.self, "The scans, in the order they were made")
    }

    /// An error about `items[3]` or `items[3].code` as a problem of the fourth item; nil for one about the whole list.
    private static func problem(_ error: Problem.FieldError) -> (index: Int, problem: FieldProblem)? {
        guard let match = error.field.wholeMatch(of: /items\[([0-9]+)\](?:\.(.+))?/), let index = Int(match.1) else {
            return nil
        }
        guard let field = match.2 else { return (index, BatchItem.notAnObject) }
        return (index, FieldProblem(field: String(field), code: error.code, message: error.message))
    }
}

/// One scan of a batch. Its values are judged when its turn comes, as if it had come alone, so that one bad entry of a
/// queue does not hold up the others.
struct BatchItem: RouteInput {
    let kind: String
    let code: String?
    let parent: String?
    let clientScanID: String?
    let scannedAt: String?
    let deviceID: String?
    let areaCode: String?
    /// What was wrong with the types of its members.
    private var problems: [FieldProblem] = []

    /// What an element of the list that is no object has to be told.
    static let notAnObject = FieldProblem(field: "body", code: "wrong_type", message: "must be a JSON object")

    init(_ fields: inout FieldReader) {
        kind = fields.text("kind", 0...64, example: "child", "parent or child")
        code = fields.optionalText("code", 0...200_000, example: "2903411", "What was read")
        parent = fields.optionalText("parent", 0...200_000, example: "SB00012", "The sack of a bag")
        clientScanID = fields.optionalText("client_scan_id", 0...1000, "The device's own id of the scan")
        scannedAt = fields.optionalText("scanned_at", 0...100, "The device's time of the reading")
        deviceID = fields.optionalText("device_id", 0...1000, "Name of the device")
        areaCode = fields.optionalText("area_code", 0...1000, "The area of a new sack")
    }

    /// An item as it was read, nil for an element that is no object, with what was found wrong with it.
    init(_ read: BatchItem?, problems: [FieldProblem]) {
        kind = read?.kind ?? ""
        code = read?.code
        parent = read?.parent
        clientScanID = read?.clientScanID
        scannedAt = read?.scannedAt
        deviceID = read?.deviceID
        areaCode = read?.areaCode
        self.problems = problems
    }

    /// The scan, when its shape is right and the caller may make it.
    /// - Throws: ``Refusal``: 403 or `validation_failed`.
    func request(by caller: BagCaller) throws(Refusal) -> ScanRequest {
        guard let kind = ScanKind(rawValue: kind), kind == .parent || kind == .child else {
            let isNamed = problems.contains { $0 == BatchItem.notAnObject || $0.field == "kind" }
            throw .validation((isNamed ? [] : [.invalid("kind", "must be parent or child")]) + problems)
        }
        guard caller.may("scan.pack") else { throw .forbidden("Your role does not allow packing.") }
        let client = clientScanID.flatMap { ClientScanID($0) }
        let time = scannedAt.flatMap { Instant(rfc3339: $0) }
        let found = shapeProblems(kind, hasClientScanID: client != nil, hasTime: time != nil)
        guard found.isEmpty, let client, let code else { throw .validation(found) }
        return ScanRequest(
            kind: kind, code: code, parent: kind == .child ? parent : nil, clientScanID: client, scannedAt: time,
            deviceID: deviceID, areaCode: areaCode)
    }

    /// Everything that is wrong with the members, each named once. A sack's scan has no `parent`, whatever it is.
    private func shapeProblems(_ kind: ScanKind, hasClientScanID: Bool, hasTime: Bool) -> [FieldProblem] {
        var found = problems.filter { kind == .child || $0.field != "parent" }
        func note(_ problem: FieldProblem) {
            if !found.contains(where: { $0.field == problem.field }) { found.append(problem) }
        }
        if clientScanID == nil { note(.required("client_scan_id", "is missing; text is needed")) }
        if !hasClientScanID { note(.invalid("client_scan_id", "must match ^[A-Za-z0-9_-]{8,64}$")) }
        if code == nil { note(.required("code", "is missing; text is needed")) }
        if kind == .child, parent == nil { note(.required("parent", "is missing; text is needed")) }
        if scannedAt != nil, !hasTime { note(.invalid("scanned_at", "must be a time such as 2026-11-21T10:35:38Z")) }
        if let deviceID, let problem = FieldProblem.length(of: deviceID, in: 1...64, field: "device_id") {
            note(problem)
        }
        return found
    }
}
