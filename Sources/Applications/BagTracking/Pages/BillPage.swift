import Portico

/// `GET /bags/bills/{id}` and the refusals of its forms: everything about one bill.
///
/// All forms POST below `/bags/bills/{id}` with `_csrf` and `idempotency_key`; after a success the route answers 303 to
/// the page. Their fields are listed with ``BillActions``. Sacks are scanned by POST `/bags/bills/{id}/parents` with
/// `code` and `client_scan_id`.
struct BillPage: BagPage {
    /// Two versions of a header that was changed by somebody else meanwhile: what was typed, and what is so now.
    struct Conflict: Sendable {
        /// Fields whose values differ.
        var lines: [(label: String, typed: String, present: String)]
    }

    var frame: BagFrame
    var userID: String
    var bill: BillRow
    var createdBy: String
    var area: String
    var sacks: [BagRow]
    var steps: [BillStep]
    var productNames: [String: String]
    var products: [StationPage.Product]
    var clientScanID: String
    var answer: StationPage.Answer?
    var typed = ""
    /// Which form came back: `complete`, `reopen`, `cancel`, `deliver`, `edit`, `remove`.
    var openForm: String?
    /// What came back in it.
    var form = FormState.fresh
    /// The others who have it open.
    var company: [PresentMember] = []
    /// Set when the form was made from an older version.
    var conflict: Conflict?

    var title: String { bill.code }
    var place: BagSection? { .bills }
    var isOpen: Bool { bill.state == .open }
    private var isScanning: Bool { isOpen && frame.may("bill.write") }
    var styles: [String] { ["bags/station.css"] }
    var scripts: [String] { [isScanning ? "bags/station.js" : "portico.js"] }
    static func address(_ id: Int64) -> String { BillLink.address(String(id)) }

    var content: HTML {
        """
        \(heading)\(CompanyLine(people: company, doing: "at this bill too"))\
        \(ErrorSummary(form.messages, scope: openForm ?? "f"))\(conflictNotice)
        \(isScanning ? desk.html : still)
        """
    }

    private var heading: PageHeading {
        var actions = [Button("Print", href: "\(BillPage.address(bill.id))/sheet", icon: .printer)]
        if frame.may("gate.check"), bill.state == .completed || bill.state == .loading {
            actions.insert(
                Button("Gate check", href: "\(BillPage.address(bill.id))/gate", weight: .primary, icon: .shield), at: 0)
        }
        return PageHeading(
            "\(bill.code) \(BagWords.billState(bill.state.rawValue))",
            subtitle: "\(area), opened by \(createdBy), \(frame.time(bill.createdAt))", actions: actions,
            back: ("Bills", "/bags/bills"))
    }

    private var conflictNotice: HTML? {
        guard let conflict else { return nil }
        let table = DataTable(
            caption: "Both versions", columns: [.init("Field"), .init("You typed"), .init("Now on the bill")],
            rows: conflict.lines.map { .init(["\($0.label)", "\($0.typed)", "\($0.present)"]) })
        let words: HTML =
            "<p>Somebody changed this bill while you were editing it. Compare, and save again what stays.</p>"
        return
            "<div class=\"notices\">\(Notice("This bill has changed", tone: .warn, detail: words + table.html))</div>"
    }

    private var desk: LorryDesk {
        LorryDesk(
            frame: frame, userID: userID, kind: "bill", billID: String(bill.id),
            action: "\(BillPage.address(bill.id))/parents",
            figures: BigCount(
                label: "Sacks on the bill", count: bill.totals.linkedCount, of: bill.header.capacity,
                note: "\(BagWords.weight(bill.totals.actualWeightGrams))"
            ).html,
            answer: answer, typed: typed, clientScanID: clientScanID, products: products,
            beside: "\(BillActions(page: self))\(sackSection)\(totals)\(facts)\(timeline)")
    }

    private var still: HTML {
        """
        <div class="columns"><div class="stack">\(sackSection)\(BillActions(page: self))</div>\
        <div class="stack">\(totals)\(facts)\(timeline)</div></div>
        """
    }

    // MARK: - Parts

    private var sackSection: HTML {
        let mayRemove = isScanning
        var columns: [DataTable.Column] = [
            .init("Sack"), .init("Bags", .number), .init("Short by", .number),
        ]
        if mayRemove { columns.append(.init("Take off", .actions)) }
        let rows = sacks.map { sack -> DataTable.Row in
            let load = sack.load ?? ParentLoad(childCount: 0, capacity: 0, unitWeightGrams: 0)
            let short: HTML = load.room == 0 ? "–" : "\(Badge(String(load.room), tone: .warn, icon: .half))"
            let product = productNames[sack.productType ?? ""] ?? sack.productType
            let cells: [HTML] = [
                "<span>\(CodeLink(sack.code))<span class=\"below\">\(product)</span></span>",
                "<span class=\"nowrap\">\(load.childCount) of \(load.capacity)</span>", short,
            ]
            return .init(cells + (mayRemove ? [removal(sack.code)] : []))
        }
        let none = EmptyState(emptyWords.title, detail: emptyWords.detail, icon: .sack)
        return """
            <section class="block" id="bill-sacks" data-refresh aria-labelledby="sacks-title"><div class="section-head">\
            <h2 id="sacks-title">Sacks</h2><span class="soft">\(BagWords.count(sacks.count, "sack", "sacks"))</span>\
            </div>\(sacks.isEmpty ? none.html : DataTable(caption: "Sacks on this bill", columns: columns, rows: rows).html)\
            </section>
            """
    }

    /// Why there is no sack on the bill, and what comes next.
    private var emptyWords: (title: String, detail: String) {
        switch bill.state {
        case .open: ("No sack yet", isScanning ? "Scan the first." : "The office puts its sacks on it.")
        case .cancelled: ("No sack", "The bill was cancelled; its sacks are free.")
        case .dispatched, .delivered: ("No sack any more", "All of its sacks came back.")
        case .completed, .loading: ("No sack", "The office can reopen the bill.")
        }
    }

    private func removal(_ code: String) -> HTML {
        let action = "\(BillPage.address(bill.id))/parents/\(PageAddress.encode(code))/remove"
        let button = Button(
            "Take off", weight: .quiet, icon: .cross, spoken: "Take \(code) off the bill",
            confirm: "Take \(code) off this bill?")
        return """
            <form method="post" action="\(action)">\(frame.guarding(code.lowercased()).fields)\(button)</form>
            """
    }

    private var totals: HTML {
        let totals = bill.totals
        let entries = DefinitionList([
            "Sacks": "\(totals.linkedCount) of \(bill.header.capacity)",
            "Bags": "\(GroupedNumber(totals.childCount).text)",
            "Weight": "\(BagWords.weight(totals.actualWeightGrams))",
            "When all are full": "\(BagWords.weight(totals.expectedWeightGrams))",
            "Variance": "\(BagWords.weight(totals.varianceGrams))",
            "Left with": bill.dispatched.map {
                "\(BagWords.count($0.linkedCount, "sack", "sacks")), \(BagWords.weight($0.weightGrams))"
            },
            "Returned": bill.returnedCount > 0 ? "\(BagWords.count(bill.returnedCount, "sack", "sacks"))" : nil,
        ])
        return """
            <section class="block" id="bill-totals" data-refresh aria-labelledby="totals-title">\
            <h2 id="totals-title">Totals</h2>\(entries)</section>
            """
    }

    private var facts: HTML {
        func text(_ value: String?) -> HTML? { value.map { "\($0)" } }
        let entries = DefinitionList([
            "Consignee": text(bill.header.consignee), "Destination": text(bill.header.destination),
            "Description": text(bill.header.description), "Short because": text(bill.shortReason),
            "Vehicle": bill.vehicleNumber.map { "<span class=\"code\">\($0)</span>" }, "Driver": text(bill.driverName),
            "Phone": text(bill.driverPhone), "Seal": text(bill.sealNumber), "Received by": text(bill.receivedBy),
            "Completed": bill.completedAt.map { frame.time($0).html },
            "Dispatched": bill.dispatchedAt.map { frame.time($0).html },
            "Delivered": bill.deliveredAt.map { frame.time($0).html },
        ])
        guard !entries.entries.isEmpty else { return .empty }
        return """
            <section class="block" aria-labelledby="facts-title"><h2 id="facts-title">Load</h2>\(entries)</section>
            """
    }

    private var timeline: HTML {
        let items = steps.map { step -> HTML in
            let (word, icon) = BillWords.deed(step.deed)
            let why: HTML? = step.reason.map { ": \($0)" }
            return """
                <li>\(icon)<p><span class="what">\(word)</span>\(why)</p>\
                <p class="when">\(step.userName) · \(frame.time(step.at))</p></li>
                """
        }
        return """
            <section class="block" id="bill-steps" data-refresh aria-labelledby="steps-title">\
            <h2 id="steps-title">What happened</h2><ol class="timeline">\(items)</ol></section>
            """
    }
}

/// The words people read for what happened to a bill.
enum BillWords {
    static func deed(_ deed: BillDeed) -> (String, Icon) {
        switch deed {
        case .created: ("Opened", .plus)
        case .updated: ("Changed", .edit)
        case .parentRemoved: ("Sack taken off", .linkOff)
        case .completed: ("Completed", .check)
        case .reopened: ("Opened again", .unlock)
        case .gateStarted: ("Check at the gate", .shield)
        case .gateAbandoned: ("Check given up", .stop)
        case .dispatched: ("Dispatched", .truck)
        case .delivered: ("Delivered", .check)
        case .cancelled: ("Cancelled", .cross)
        }
    }
}
