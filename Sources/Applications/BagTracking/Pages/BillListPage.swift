import Portico

/// `GET /bags/bills` and the refusals of `POST /bags/bills`: bills by state, newest first, and a form for the next one.
///
/// Filters in the query, as in the API: `state`, `area_code`, `q`, `from`, `to`, `cursor`; `findings=true` shows those
/// at the gate with sacks that are not on them.
struct BillListPage: BagPage {
    /// What the list is narrowed to, as it came in the query.
    struct Filter: Sendable {
        var state = ""
        var areaCode = ""
        var q = ""
        var from = ""
        var to = ""
        var findings = ""

        var address: PageAddress {
            PageAddress(
                "/bags/bills",
                ["state": state, "area_code": areaCode, "q": q, "from": from, "to": to, "findings": findings])
        }

        var isNarrowed: Bool { !address.query.isEmpty }
    }

    var frame: BagFrame
    var filter = Filter()
    var messages: [FieldMessage] = []
    var rows: [BillAnswer]
    /// Names of areas by code.
    var areaNames: [String: String]
    /// The areas to choose from; empty for people of one area.
    var areas: [Choice] = []
    /// The areas that a new bill may belong to.
    var openAreas: [Choice] = []
    var cursor: String?
    var nextCursor: String?
    /// What came back in the form for a new bill; nil where it was not sent.
    var form: FormState?

    var title: String { "Bills" }
    var place: BagSection? { .bills }

    var content: HTML {
        """
        \(PageHeading("Bills", subtitle: "\(frame.area ?? "All areas"), newest first"))
        \(ErrorSummary(form?.messages ?? [], scope: "new"))\(ErrorSummary(messages))\(newBill)\(tabs)\(filters)\(list)
        \(CursorPager(address: filter.address, cursor: cursor, next: nextCursor))
        """
    }

    private var tabs: TabBar {
        let all = TabBar.Tab("All", href: address(""), isCurrent: filter.state.isEmpty && filter.findings.isEmpty)
        let states = BillState.allCases.map { state in
            TabBar.Tab(
                BagWords.billState(state.rawValue).word, href: address(state.rawValue),
                isCurrent: filter.state == state.rawValue)
        }
        return TabBar(label: "State", tabs: [all] + states)
    }

    private func address(_ state: String) -> String {
        var filter = filter
        filter.state = state
        filter.findings = ""
        return filter.address.text
    }

    private var filters: FilterBar {
        let field = FilterFields(messages: messages)
        let area = areas.isEmpty ? nil : field.choice("area_code", "Area", filter.areaCode, areas)
        let hidden: HTML = "<input type=\"hidden\" name=\"state\" value=\"\(filter.state)\">"
        return FilterBar(
            action: "/bags/bills",
            fields: """
                \(hidden)\(field.code("q", "Code begins with", filter.q, maxLength: 50))\(area)\
                \(field.day("from", "Opened from", filter.from))\(field.day("to", "Opened to", filter.to))
                """, clear: filter.isNarrowed ? "/bags/bills" : nil)
    }

    private var list: HTML {
        guard !rows.isEmpty else {
            return filter.isNarrowed
                ? EmptyState(
                    "No bill matches", icon: .find,
                    actions: [Button("Clear filters", href: "/bags/bills", icon: .cross)]
                ).html
                : EmptyState("No bill yet", detail: "A bill is the document of one lorry load.", icon: .list).html
        }
        let columns: [DataTable.Column] =
            [.init("Bill"), .init("State"), .init("Sacks", .number), .init("Weight", .number), .init("Consignee")]
            + (tellsArea ? [.init("Area")] : []) + [.init("Opened")]
        return """
            \(DataTable(caption: "Bills", columns: columns, rows: rows.map(line)).framed)
            """
    }

    /// Whether the area is told: people of one area see no other.
    private var tellsArea: Bool { !areas.isEmpty }

    private func line(_ row: BillAnswer) -> DataTable.Row {
        let bill = row.bill
        let findings = row.check?.state == .running ? row.check?.progress.openFindings ?? 0 : 0
        let warning =
            findings == 0
            ? nil : Badge(BagWords.count(findings, "foreign sack", "foreign sacks"), tone: .bad, icon: .warning)
        let consignee = [bill.header.consignee, bill.header.destination].compactMap(\.self).joined(separator: ", ")
        let cells: [HTML] = [
            BillLink(id: bill.id, code: bill.code).html,
            "<span>\(BagWords.billState(bill.state.rawValue)) \(warning)</span>",
            "<span class=\"nowrap\">\(bill.totals.linkedCount) of \(bill.header.capacity)</span>",
            "\(BagWords.weight(bill.totals.actualWeightGrams))", "\(consignee)",
        ]
        let area: [HTML] = tellsArea ? ["\(areaNames[bill.areaCode] ?? bill.areaCode)"] : []
        return DataTable.Row(cells + area + [frame.time(bill.createdAt).html])
    }

    /// The form for a new bill, folded until it is wanted.
    private var newBill: HTML? {
        guard frame.may("bill.write") else { return nil }
        let state = form ?? .fresh
        func text(_ name: String, _ label: String, _ most: Int, _ presence: FieldPresence = .optional) -> TextField {
            TextField(
                name, label: label, value: state.value(name), error: state.message(name), presence: presence,
                maxLength: most, scope: "new")
        }
        let fields: HTML = """
            \(text("code", "Bill number", 50, .required))\
            <div class="form-row">\
            \(TextField("capacity", label: "Sacks", value: state.value("capacity"), kind: .number, hint: "1 to 500", error: state.message("capacity"), range: 1...500, scope: "new"))\
            \(SelectField("area_code", label: "Area", value: state.value("area_code"), choices: [Choice("", "Choose an area")] + openAreas, error: state.message("area_code"), scope: "new"))</div>\
            \(text("consignee", "Consignee", 120))\(text("destination", "Destination", 200))\
            \(text("description", "Description", 500))
            """
        let sent = PageForm(
            action: "/bags/bills", guarding: frame.guarding(), fields: fields,
            buttons: "\(Button("Open the bill", icon: .plus))")
        return """
            <details class="fold" id="new-bill"\(HTML.flag("open", form != nil))><summary>\(Icon.plus)\
            <span>New bill</span></summary>\(sent)</details>
            """
    }
}

/// A bill's code that leads to its page.
struct BillLink: PageComponent {
    var id: String
    var code: String

    init(id: String, code: String) {
        self.id = id
        self.code = code
    }

    init(id: Int64, code: String) {
        self.init(id: String(id), code: code)
    }

    /// The address of the page about it.
    static func address(_ id: String) -> String { "/bags/bills/\(PageAddress.encode(id))" }

    var html: HTML { "<a href=\"\(BillLink.address(id))\">\(code)</a>" }
}
