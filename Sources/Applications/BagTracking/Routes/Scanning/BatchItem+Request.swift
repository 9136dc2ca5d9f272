import Portico

extension BatchItem {
    /// The scan, when its shape is right and the caller may make it.
    /// - Throws: ``Refusal``: 403 or `validation_failed`.
    func request(by caller: BagCaller) throws(Refusal) -> ScanRequest {
        guard let kind = ScanKind(rawValue: kind) else {
            let isNamed = problems.contains { $0 == BatchItem.notAnObject || $0.field == "kind" }
            let unknown = FieldProblem.invalid("kind", "must be parent, child, bill, gate or return")
            throw .validation((isNamed ? [] : [unknown]) + problems)
        }
        guard caller.may(kind.permission) else { throw .forbidden("Your role does not allow this kind of scan.") }
        let client = clientScanID.flatMap { ClientScanID($0) }
        let time = scannedAt.flatMap { Instant(rfc3339: $0) }
        let found = shapeProblems(kind, hasClientScanID: client != nil, hasTime: time != nil)
        guard found.isEmpty, let client, let code else { throw .validation(found) }
        return ScanRequest(
            kind: kind, code: code, parent: kind == .child ? parent : nil,
            billID: kind.concernsBill ? billID.flatMap { Int64($0) } : nil,
            ticketID: kind == .return ? ticketID.flatMap { Int64($0) } : nil,
            condition: kind == .return ? condition.flatMap { ReturnCondition(rawValue: $0) } : nil,
            clientScanID: client, scannedAt: time, deviceID: deviceID, areaCode: areaCode)
    }

    /// Everything that is wrong with the members, each named once. Members that a kind does not have are ignored,
    /// whatever they are.
    private func shapeProblems(_ kind: ScanKind, hasClientScanID: Bool, hasTime: Bool) -> [FieldProblem] {
        var found = problems.filter { kind.mayHave($0.field) }
        func note(_ problem: FieldProblem) {
            if !found.contains(where: { $0.field == problem.field }) { found.append(problem) }
        }
        if clientScanID == nil { note(.required("client_scan_id", "is missing; text is needed")) }
        if !hasClientScanID { note(.invalid("client_scan_id", "must match ^[A-Za-z0-9_-]{8,64}$")) }
        if code == nil { note(.required("code", "is missing; text is needed")) }
        if kind == .child, parent == nil { note(.required("parent", "is missing; text is needed")) }
        if kind.concernsBill, let problem = BatchItem.problem(withID: billID, of: "bill_id") { note(problem) }
        if kind == .return, let problem = BatchItem.problem(withID: ticketID, of: "ticket_id") { note(problem) }
        if kind == .return, let condition, ReturnCondition(rawValue: condition) == nil {
            let words = ReturnCondition.allCases.map(\.rawValue).joined(separator: ", ")
            note(.invalid("condition", "must be one of \(words)"))
        }
        if scannedAt != nil, !hasTime { note(.invalid("scanned_at", "must be a time such as 2026-11-21T10:35:38Z")) }
        if let deviceID, let problem = FieldProblem.length(of: deviceID, in: 1...64, field: "device_id") {
            note(problem)
        }
        return found
    }

    private static func problem(withID text: String?, of field: String) -> FieldProblem? {
        guard let text else { return .required(field, "is missing; an id is needed") }
        return Int64(text) == nil ? .invalid(field, "must be an id") : nil
    }
}

extension ScanKind {
    /// What it takes to make such a scan.
    var permission: String {
        switch self {
        case .parent, .child: "scan.pack"
        case .bill: "bill.write"
        case .gate: "gate.check"
        case .return: "return.write"
        }
    }

    /// Whether such a scan names a bill.
    var concernsBill: Bool { self == .bill || self == .gate }

    /// Whether a member of a batch's item means anything for such a scan.
    fileprivate func mayHave(_ field: String) -> Bool {
        switch field {
        case "parent": self == .child
        case "bill_id": concernsBill
        case "ticket_id", "condition": self == .return
        default: true
        }
    }
}
