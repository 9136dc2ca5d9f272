import Portico

/// The words and colours people see for what the API names in one word.
enum BagWords {
    static func role(_ role: String) -> String {
        switch role {
        case "dispatcher": "Dispatcher"
        case "gatekeeper": "Gatekeeper"
        case "biller": "Biller"
        case "admin": "Administrator"
        default: role
        }
    }

    /// What somebody with a permission may do.
    static func permission(_ permission: String) -> String {
        switch permission {
        case "audit.read": "Read the audit log"
        case "bag.correct": "Move bags and take them out"
        case "bag.hold": "Put bags on hold and release them"
        case "bag.read": "Find and read bags"
        case "bag.restore": "Bring retired bags back"
        case "bag.retire": "Retire bags"
        case "bill.cancel": "Cancel bills"
        case "bill.deliver": "Say that bills were delivered"
        case "bill.read": "Read bills"
        case "bill.write": "Write bills and put sacks on them"
        case "config.manage": "Change settings"
        case "epcis.read": "Read EPCIS events"
        case "export.read": "Export data"
        case "gate.check": "Check lorries at the gate"
        case "import.run": "Import files"
        case "label.print": "Print labels"
        case "operations.read": "Look at operations"
        case "operations.write": "Operate: queues, mails, caches, limits"
        case "return.write": "Take returns"
        case "scan.pack": "Scan sacks and bags"
        case "scan.undo_any": "Undo anybody's scans"
        case "scan.undo_own": "Undo your own scans"
        case "stats.read": "Read figures"
        case "summary.read_all": "Read everybody's daily summary"
        case "summary.read_own": "Read your own daily summary"
        case "summary.send": "Send the daily summary"
        case "trace.read": "Trace lots"
        case "user.manage": "Manage people"
        default: permission
        }
    }

    static let roles = ["dispatcher", "gatekeeper", "biller", "admin"].map { Choice($0, role($0)) }

    /// The state of a sack or bag as a badge.
    static func status(_ status: String) -> Badge {
        switch status {
        case "empty": Badge("Empty", tone: .neutral, icon: .ring)
        case "filling": Badge("Filling", tone: .info, icon: .half)
        case "full": Badge("Full", tone: .good, icon: .full)
        case "loose": Badge("Loose", tone: .warn, icon: .linkOff)
        case "linked": Badge("In a sack", tone: .good, icon: .link)
        case "retired": Badge("Retired", tone: .neutral, icon: .archive)
        default: Badge(status)
        }
    }

    static let statuses = ["empty", "filling", "full", "loose", "linked", "retired"].map {
        Choice($0, status($0).word)
    }

    /// The outcome of a scan as a badge.
    static func outcome(_ outcome: String) -> Badge {
        switch outcome {
        case "created": Badge("New sack", tone: .info, icon: .sack)
        case "found": Badge("Sack", tone: .neutral, icon: .sack)
        case "linked": Badge("Linked", tone: .good, icon: .check)
        case "added": Badge("On the bill", tone: .good, icon: .check)
        case "matched": Badge("Matched", tone: .good, icon: .check)
        case "returned": Badge("Returned", tone: .info, icon: .undo)
        case "duplicate": Badge("Already here", tone: .info, icon: .info)
        case "rejected": Badge("Refused", tone: .bad, icon: .stop)
        case "undone": Badge("Undone", tone: .neutral, icon: .undo)
        default: Badge(outcome)
        }
    }

    static let outcomes = ["created", "found", "linked", "added", "matched", "returned", "duplicate", "rejected"].map {
        Choice($0, outcome($0).word)
    }

    /// The state of a bill as a badge.
    static func billState(_ state: String) -> Badge {
        switch state {
        case "open": Badge("Open", tone: .info, icon: .edit)
        case "completed": Badge("Completed", tone: .good, icon: .check)
        case "loading": Badge("Loading", tone: .warn, icon: .truck)
        case "dispatched": Badge("Dispatched", tone: .good, icon: .truck)
        case "delivered": Badge("Delivered", tone: .good, icon: .check)
        case "cancelled": Badge("Cancelled", tone: .neutral, icon: .cross)
        default: Badge(state)
        }
    }

    /// The state of a return ticket as a badge.
    static func ticketState(_ state: TicketState) -> Badge {
        switch state {
        case .open: Badge("Open", tone: .info, icon: .edit)
        case .committed: Badge("Committed", tone: .good, icon: .check)
        case .cancelled: Badge("Cancelled", tone: .neutral, icon: .cross)
        }
    }

    /// How a returned sack is, as a badge.
    static func condition(_ condition: ReturnCondition) -> Badge {
        switch condition {
        case .good: Badge("Good", tone: .good, icon: .check)
        case .damaged: Badge("Damaged", tone: .warn, icon: .warning)
        case .wet: Badge("Wet", tone: .warn, icon: .warning)
        case .short: Badge("Short", tone: .warn, icon: .half)
        case .expired: Badge("Expired", tone: .bad, icon: .clock)
        case .other: Badge("Other", tone: .warn, icon: .info)
        }
    }

    /// Why a scan was refused, in one sentence.
    static func refusal(_ code: String) -> String {
        switch code {
        case "linked_elsewhere": "It is in another sack."
        case "parent_full": "The sack is full."
        case "parent_billed": "The sack is on a bill and sealed."
        case "other_area": "It belongs to another area."
        case "bag_retired": "The code has been retired."
        case "wrong_kind": "A sack's code where a bag's belongs."
        case "looks_like_parent": "It looks like a damaged sack label."
        case "invalid_parent_code": "It is not a sack's code."
        case "invalid_child_code": "It is not a bag's code."
        case "invalid_sscc": "The check digit of the SSCC is wrong."
        case "sscc_not_assigned": "No sack has this SSCC."
        case "parent_not_found": "There is no such sack."
        case "product_type_inactive": "This product type is no longer packed."
        case "on_hold": "The sack is on hold."
        case "too_long": "The code is too long."
        case "billed_elsewhere": "It is on another bill."
        case "parent_empty": "The sack is empty."
        case "capacity_reached": "The bill is full."
        case "bill_not_open": "The bill is not open."
        case "invalid_state": "No check of the bill was running."
        case "not_on_bill": "It is not on this bill."
        case "not_billed": "It is on no bill."
        case "not_dispatched": "Its bill has not left yet."
        case "ticket_not_open": "The return ticket is closed."
        default: code.replacing("_", with: " ")
        }
    }

    /// A warning that comes with an accepted scan.
    static func warning(_ code: String) -> String {
        switch code {
        case "parent_full": "This sack is full."
        case "parent_billed": "This sack is on a bill: nothing can be added."
        case "on_hold": "This sack is on hold."
        case "lot_differs": "The label names another lot than before."
        case "test_date_unreadable": "The date of test could not be read."
        default: code.replacing("_", with: " ")
        }
    }

    /// Grams as kilograms with at most three decimals: `27.95 kg`.
    static func weight(_ grams: Int) -> String {
        let whole = GroupedNumber(grams / 1000).text
        let rest = grams.magnitude % 1000
        guard rest > 0 else { return "\(whole) kg" }
        var digits = String(1000 + rest).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        let sign = grams < 0 && grams / 1000 == 0 ? "−" : ""
        return "\(sign)\(whole).\(digits) kg"
    }

    /// `1 bag`, `28 bags`.
    static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(GroupedNumber(number).text) \(number == 1 ? one : many)"
    }
}

/// A code that leads to its page.
struct CodeLink: PageComponent {
    /// The code of a sack or bag.
    var code: String

    init(_ code: String) {
        self.code = code
    }

    /// The address of the page about it.
    static func address(_ code: String) -> String {
        "/bags/bags/\(PageAddress.encode(code))"
    }

    var html: HTML { "<a class=\"code\" href=\"\(CodeLink.address(code))\">\(code)</a>" }
}
