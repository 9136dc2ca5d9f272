import Portico

extension StationPage.Answer {
    /// What a recorded scan came to, in the words the station's script uses too.
    init(_ item: ScanItem) {
        let count = "\(item.countAfter ?? 0) of \(item.capacity ?? 0)"
        let sack = item.parentCode ?? item.code
        if item.undone != nil {
            self.init(kind: "undone", title: "Undone", detail: "No longer in \(sack).", code: item.code)
            return
        }
        switch item.outcome {
        case .created: self.init(kind: "sack", title: count, detail: "New sack. Scan its bags.", code: sack)
        case .found: self.init(kind: "sack", title: count, detail: "Scan its bags.", code: sack)
        case .added: self.init(kind: "linked", title: "On the bill", detail: "\(count) bags", code: sack)
        case .matched: self.init(kind: "linked", title: "Seen", detail: "\(count) bags", code: sack)
        case .duplicate where item.kind == .bill:
            self.init(kind: "duplicate", title: "Already on this bill", detail: "\(count) bags", code: sack)
        case .duplicate where item.kind == .gate:
            self.init(kind: "duplicate", title: "Already seen", detail: "\(count) bags", code: sack)
        case .returned: self.init(kind: "linked", title: "Taken back", detail: "\(count) bags", code: sack)
        case .duplicate where item.kind == .return:
            self.init(kind: "duplicate", title: "Already on this ticket", detail: "\(count) bags", code: sack)
        case .duplicate: self.init(kind: "duplicate", title: "Already in this sack", detail: count, code: item.code)
        case .rejected:
            self.init(
                kind: "refused", title: StationRefusal.title(item.rejectCode ?? ""),
                detail: BagWords.refusal(item.rejectCode ?? ""), code: CodeError.quote(item.code))
        case .linked where item.statusAfter == .full:
            self.init(kind: "full", title: "Full: \(count)", detail: "Scan a sack.", code: item.code)
        default: self.init(kind: "linked", title: count, detail: "in \(sack)", code: item.code)
        }
    }

    /// What a refusal says.
    init(_ refusal: StationRefusal) {
        self.init(
            kind: "refused", title: refusal.title, detail: refusal.detail, code: refusal.shown,
            currentParent: refusal.currentParent)
    }
}

/// Why the station did not take a scan.
struct StationRefusal: Sendable {
    let status: HTTPStatus
    /// The reason in a few words.
    let title: String
    /// The reason as the API says it.
    let detail: String
    /// The code that was read, short enough to be shown.
    let shown: String
    /// The sack the bag is in now.
    var currentParent: String?

    /// A refusal that was recorded: its stored answer is a problem document.
    init(_ result: ScanResult, typed: String) {
        let document = (try? JSONValue(parsing: result.body)) ?? .null
        status = HTTPStatus(result.status)
        title = StationRefusal.title(result.rejectCode ?? "")
        detail = document["detail"]?.string ?? ""
        shown = CodeError.quote(typed)
        currentParent = document["current"]?["parent_code"]?.string
    }

    /// A refusal that left no trace.
    init(_ refusal: Refusal, typed: String) {
        status = refusal.httpStatus
        title = StationRefusal.title(refusal.code)
        detail = refusal.detail
        shown = CodeError.quote(typed)
        currentParent = refusal.current?.parentCode
    }

    fileprivate static func title(_ code: String) -> String {
        switch code {
        case "validation_failed": "Not taken"
        case "linked_elsewhere": "In another sack"
        case "parent_full": "The sack is full"
        case "parent_billed": "The sack is sealed"
        case "other_area": "Another area"
        case "bag_retired": "Retired"
        case "wrong_kind": "Not a bag"
        case "looks_like_parent": "Damaged sack label"
        case "parent_not_found", "sscc_not_assigned": "Unknown sack"
        case "product_type_inactive": "Not packed any more"
        case "invalid_parent_code": "Not a sack"
        case "billed_elsewhere": "On another bill"
        case "on_hold": "On hold"
        case "parent_empty": "Empty sack"
        case "capacity_reached": "The bill is full"
        case "bill_not_open": "The bill is not open"
        case "not_on_bill": "Not on this bill"
        case "invalid_state": "No check is running"
        case "not_billed": "On no bill"
        case "not_dispatched": "Has not left"
        case "ticket_not_open": "The ticket is closed"
        case "not_undoable": "Nothing to undo"
        case "undo_window_passed", "superseded": "Not undone"
        case "forbidden": "Not allowed"
        default: "Not a code"
        }
    }
}
