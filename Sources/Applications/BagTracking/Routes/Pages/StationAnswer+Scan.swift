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
        titles[code] ?? "Not a code"
    }

    /// The reasons in a few words, by their codes; the page's script reads them too.
    static let titles = [
        "validation_failed": "Not taken", "linked_elsewhere": "In another sack", "parent_full": "The sack is full",
        "parent_billed": "The sack is sealed", "other_area": "Another area", "bag_retired": "Retired",
        "wrong_kind": "Not a bag", "looks_like_parent": "Damaged sack label", "parent_not_found": "Unknown sack",
        "sscc_not_assigned": "Unknown sack", "product_type_inactive": "Not packed any more",
        "invalid_parent_code": "Not a sack", "billed_elsewhere": "On another bill", "on_hold": "On hold",
        "parent_empty": "Empty sack", "capacity_reached": "The bill is full",
        "bill_not_open": "The bill is not open", "not_on_bill": "Not on this bill",
        "invalid_state": "No check is running", "not_billed": "On no bill", "not_dispatched": "Has not left",
        "ticket_not_open": "The ticket is closed", "not_undoable": "Nothing to undo",
        "undo_window_passed": "Not undone", "superseded": "Not undone", "forbidden": "Not allowed",
        "invalid_child_code": "Not a code", "invalid_sscc": "Not a code", "too_long": "Not a code",
    ]
}
