import Portico

/// A bill that a path names.
struct BillInput: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
    }
}

/// Which bills are asked for.
struct BillListInput: RouteInput {
    let areaCode: String?
    let page: PageRequest
    private var filter = BillFilter()

    init(_ fields: inout FieldReader) {
        filter.state = fields.optionalChoice("state", of: BillState.self, "Only bills in this state")
        areaCode = fields.optionalText("area_code", 1...30, "Only bills of this area")
        filter.prefix = fields.optionalText("q", 0...200, example: "LKO", "Codes that begin so, whatever their case")
            .map { BillCode.tidied($0) }.flatMap { $0.isEmpty ? nil : $0 }
        filter.createdBy = fields.optionalIdentifier("created_by", "Only bills that this person opened")
        (filter.from, filter.to) = fields.moments("from", "to", "Opened")
        page = PageRequest(&fields)
    }

    /// The filter of the store.
    func filter(area: String?) -> BillFilter {
        var filter = filter
        filter.areaCode = area
        return filter
    }
}

/// A bill to be opened.
struct NewBillInput: RouteInput {
    private let code: String
    private let areaCode: String
    private let header: BillHeader

    init(_ fields: inout FieldReader) {
        code = fields.text(
            "code", 0...2000, example: "LKO 2025/117", "What people call it: 3 to 50 characters, whatever the case")
        areaCode = fields.text("area_code", 0...100, example: "lucknow", "The area whose sacks it takes")
        header = BillHeader(
            capacity: Int(fields.integer("capacity", 1...500, "How many sacks it takes")),
            description: BillHeader.tidied(fields.optionalText("description", 0...500, "What is on it")),
            consignee: BillHeader.tidied(fields.optionalText("consignee", 0...120, "Who gets it")),
            destination: BillHeader.tidied(fields.optionalText("destination", 0...200, "Where it goes")))
        fields.checkBillCode(code)
    }

    /// - Throws: the problem of field `code`, which reading the request has found already.
    func bill() throws(FieldProblem) -> NewBill {
        NewBill(code: try BillCode(code), areaCode: areaCode, header: header)
    }
}

extension FieldReader {
    /// Notes what is wrong with the code of a bill, unless something was noted already.
    fileprivate mutating func checkBillCode(_ code: String) {
        guard !isRecording, !errors.contains(where: { $0.field == "code" }) else { return }
        do throws(FieldProblem) {
            _ = try BillCode(code)
        } catch {
            refuse(error.field, error.code, error.message)
        }
    }
}

/// What is to be different about a bill.
struct BillChangeInput: RouteInput {
    let id: Int64
    let change: BillChange

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        change = BillChange(
            capacity: fields.optionalInteger("capacity", 1...500, "How many sacks it takes").map { Int($0) },
            description: fields.optionalText("description", 0...500, "What is on it; empty takes it away"),
            consignee: fields.optionalText("consignee", 0...120, "Who gets it; empty takes it away"),
            destination: fields.optionalText("destination", 0...200, "Where it goes; empty takes it away"))
    }
}

/// A sack scanned onto a bill or at the gate.
struct BillScanInput: RouteInput {
    let id: Int64
    let code: String
    let options: ScanOptions

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        code = fields.text("code", 0...200_000, example: "SB00012", "The sack's code or SSCC as it was read")
        options = ScanOptions(&fields)
    }

    /// The request of the scan.
    func request(_ kind: ScanKind, at now: Instant) -> ScanRequest {
        var request = options.request(kind, code: code, parent: nil, at: now)
        request.billID = id
        return request
    }
}

/// The sacks of a bill that are asked for.
struct BillSackListInput: RouteInput {
    let id: Int64
    let page: PageRequest

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        page = PageRequest(&fields)
    }
}

/// A sack to be taken off a bill.
struct BillSackInput: RouteInput {
    let id: Int64
    let code: String

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        code = fields.codeInPath("code", "Code or SSCC of the sack", example: "SB00012")
    }
}

/// A bill to be completed.
struct CompletionInput: RouteInput {
    let id: Int64
    let shortReason: String?

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        shortReason = fields.optionalText(
            "short_reason", 0...1000, example: "Lorry full", "Why it has fewer sacks than it takes, 3 to 200 characters"
        )
    }
}

/// A bill, and why something is done to it.
struct ReasonedBillInput: RouteInput {
    let id: Int64
    let reason: String

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        reason = fields.reason()
    }
}

/// A bill whose load arrived.
struct DeliveryInput: RouteInput {
    let id: Int64
    let receivedBy: String
    let note: String?

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The bill")
        let name = FreeText.trimmed(fields.text("received_by", 0...1000, example: "R. K. Singh", "Who took it"))
        receivedBy = name
        note = fields.optionalText("note", 0...500, "What there is to say about it")
        guard !fields.isRecording, !fields.errors.contains(where: { $0.field == "received_by" }) else { return }
        if let problem = FieldProblem.length(of: name, in: 2...100, field: "received_by") {
            fields.refuse(problem.field, problem.code, problem.message)
        }
    }
}
