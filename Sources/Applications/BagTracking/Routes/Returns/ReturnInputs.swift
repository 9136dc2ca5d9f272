import Portico

/// A return ticket that a path names.
struct TicketInput: RouteInput {
    let id: Int64

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The ticket")
    }
}

/// Which return tickets are asked for.
struct TicketListInput: RouteInput {
    let areaCode: String?
    let page: PageRequest
    private let state: TicketState?
    private let prefix: String?

    init(_ fields: inout FieldReader) {
        state = fields.optionalChoice("state", of: TicketState.self, "Only tickets in this state")
        areaCode = fields.optionalText("area_code", 1...30, "Only tickets of this area")
        prefix = fields.optionalText("q", 0...200, example: "RTN-2026", "Codes that begin so")
            .map { ASCII.upperCased(ScannedText.tidied($0)) }.flatMap { $0.isEmpty ? nil : $0 }
        page = PageRequest(&fields)
    }

    /// The filter of the store.
    func filter(area: String?) -> TicketFilter {
        TicketFilter(state: state, areaCode: area, prefix: prefix)
    }
}

/// A return ticket to be opened.
struct NewTicketInput: RouteInput {
    let areaCode: String
    private let location: String
    private let consignee: String?
    private let notes: String?

    init(_ fields: inout FieldReader) {
        areaCode = fields.text("area_code", 0...100, example: "lucknow", "The area that takes the sacks back")
        location = fields.text("location", 0...1000, example: "Depot 2, gate B", "Where, 2 to 120 characters")
        consignee = fields.optionalText("consignee", 0...120, "Who brings them")
        notes = fields.optionalText("notes", 0...500, "What there is to say")
        fields.note(TicketHeader.problems(location: location, consignee: consignee, notes: notes))
    }

    /// - Throws: what is wrong with the fields, which reading the request has found already.
    func header() throws(Refusal) -> TicketHeader {
        try TicketHeader(location: location, consignee: consignee, notes: notes)
    }
}

/// A sack scanned onto a return ticket.
struct ReturnScanInput: RouteInput {
    let id: Int64
    let code: String
    let condition: ReturnCondition?
    let options: ScanOptions

    init(_ fields: inout FieldReader) {
        id = fields.identifier("id", "The ticket")
        code = fields.text("code", 0...200_000, example: "SB00012", "The sack's code or SSCC as it was read")
        condition = fields.optionalChoice("condition", of: ReturnCondition.self, "How it is; good when left out")
        options = ScanOptions(&fields)
    }

    /// The request of the scan.
    func request(at now: Instant) -> ScanRequest {
        var request = options.request(.return, code: code, parent: nil, at: now)
        request.ticketID = id
        request.condition = condition
        return request
    }
}
