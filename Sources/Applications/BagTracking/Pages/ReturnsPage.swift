import Portico

/// `GET /bags/returns`: return tickets, newest first, and the form that opens one.
///
/// Filters in the query, as in the API: `state`, `area_code`, `q`, `cursor`. The form: POST `/bags/returns` with `_csrf`,
/// `idempotency_key`, `area_code`, `location`, `consignee`, `notes`.
struct ReturnsPage: BagPage {
    /// What the list is narrowed to, as it came in the query.
    struct Filter: Sendable {
        var state = ""
        var areaCode = ""
        var q = ""

        var address: PageAddress {
            PageAddress("/bags/returns", ["state": state, "area_code": areaCode, "q": q])
        }
    }

    var frame: BagFrame
    var filter = Filter()
    var messages: [FieldMessage] = []
    var tickets: [TicketAnswer]
    /// All areas, to filter by and to name them.
    var areas: [Choice]
    /// The areas that take sacks back.
    var activeAreas: [Choice]
    /// The form that came back.
    var form: FormState?
    var cursor: String?
    var nextCursor: String?

    var title: String { "Returns" }
    var place: BagSection? { .returns }

    var content: HTML {
        """
        \(PageHeading("Returns", subtitle: "Sacks that consignees hand back, newest ticket first"))
        \(ErrorSummary(messages))\(ErrorSummary(form?.messages ?? [], scope: "new"))<div class="stack">\(opening)<div>\(filters)\(list)</div></div>
        \(CursorPager(address: filter.address, cursor: cursor, next: nextCursor))
        """
    }

    private var opening: HTML {
        let state = form ?? .fresh
        let fields: HTML = """
            <div class="form-row">\(SelectField(
                "area_code", label: "Area that takes them back", value: state.value("area_code"),
                choices: [Choice("", "Choose an area")] + activeAreas, error: state.message("area_code"), scope: "new"))\
            \(field("location", "Where", state, 120, hint: "Depot, gate, counter", presence: .required))</div>\
            <div class="form-row">\(field("consignee", "Consignee", state, 120))\
            \(field("notes", "Notes", state, 500))</div>
            """
        return """
            <details class="fold" id="new-ticket"\(HTML.flag("open", form != nil))><summary>\(Icon.plus)\
            <span>Open a ticket</span></summary>\(PageForm(
                action: "/bags/returns", guarding: frame.guarding(), fields: fields,
                buttons: "\(Button("Open the ticket", weight: .primary, icon: .plus))"))</details>
            """
    }

    private func field(
        _ name: String, _ label: String, _ state: FormState, _ most: Int, hint: String? = nil,
        presence: FieldPresence = .free
    ) -> TextField {
        TextField(
            name, label: label, value: state.value(name), hint: hint, error: state.message(name), presence: presence,
            maxLength: most, scope: "new")
    }

    private var filters: FilterBar {
        let field = FilterFields(messages: messages)
        return FilterBar(
            action: "/bags/returns",
            fields: """
                \(field.code("q", "Code begins with", filter.q, maxLength: 20))\
                \(field.choice("state", "State", filter.state, TicketState.allCases.map { Choice($0.rawValue, BagWords.ticketState($0).word) }))\
                \(field.choice("area_code", "Area", filter.areaCode, areas))
                """, clear: filter.address.query.isEmpty ? nil : "/bags/returns")
    }

    private var list: HTML {
        guard !tickets.isEmpty else {
            return filter.address.query.isEmpty
                ? EmptyState(
                    "No return tickets yet", detail: "Open one when a consignee brings sacks back.", icon: .undo
                ).html
                : EmptyState(
                    "Nothing matches these filters", icon: .find,
                    actions: [Button("Clear filters", href: "/bags/returns", icon: .cross)]
                ).html
        }
        let columns: [DataTable.Column] = [
            .init("Ticket", .code), .init("State"), .init("Sacks", .number), .init("Bags", .number),
            .init("Weight", .number),
            .init("Where"), .init("Consignee"), .init("Opened"),
        ]
        let table = DataTable(caption: "Return tickets", columns: columns, rows: tickets.map(line))
        return table.framed
    }

    private func line(_ answer: TicketAnswer) -> DataTable.Row {
        let ticket = answer.ticket
        let area = areas.first { $0.value == ticket.areaCode }?.label ?? ticket.areaCode
        return DataTable.Row([
            "<a class=\"code\" href=\"/bags/returns/\(ticket.id)\">\(ticket.code)</a>",
            BagWords.ticketState(ticket.state).html, GroupedNumber(answer.items.count).html,
            GroupedNumber(answer.childCount).html, "\(BagWords.weight(answer.weightGrams))",
            "\(ticket.location), \(area)", "\(ticket.consignee)",
            "<span>\(frame.time(ticket.createdAt)) <span class=\"below\">\(answer.createdBy.name)</span></span>",
        ])
    }
}
