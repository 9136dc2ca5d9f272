import Portico

/// `GET /bags/returns/{id}`: a return ticket; while it is open, the box that takes its sacks.
///
/// | POST | fields besides `_csrf` |
/// |---|---|
/// | `/bags/returns/{id}/scans` | `client_scan_id`, `code`, `condition` |
/// | `/bags/returns/{id}/commit`, `/cancel` | `idempotency_key` |
///
/// With script (`bags/station.js`) it is a station like the one at the packing table.
struct TicketPage: BagPage {
    var frame: BagFrame
    /// The signed-in person's id; scans kept on the device belong to it.
    var userID: String
    var answer: TicketAnswer
    /// Name of the ticket's area.
    var areaName: String
    var scanned: StationPage.Answer?
    /// What was typed and refused; stays in the box.
    var typed = ""
    /// The condition chosen last.
    var condition = ReturnCondition.good
    /// A fresh id for the next scan of the form.
    var clientScanID: String
    /// The ticket's newest scans, whoever made them.
    var recent: [ScanLine] = []
    var products: [StationPage.Product]
    /// Why a button's act was refused.
    var refusal: Notice?

    var title: String { "Return \(answer.ticket.code)" }
    var place: BagSection? { .returns }
    var styles: [String] { isOpen ? ["bags/station.css"] : [] }
    var scripts: [String] { [isOpen ? "bags/station.js" : "portico.js"] }

    private var ticket: TicketRow { answer.ticket }
    private var isOpen: Bool { ticket.state == .open }

    var content: HTML {
        """
        \(PageHeading("<span class=\"code\">\(ticket.code)</span>", subtitle: subtitle, back: ("Returns", "/bags/returns")))
        \(refusal.map { "<div class=\"notices\">\($0)</div>" as HTML })\
        \(isOpen ? desk.html : "<div class=\"stack\">\(items)\(facts)</div>")
        """
    }

    private var subtitle: HTML {
        "\(BagWords.ticketState(ticket.state)) \(ticket.location), \(areaName)"
    }

    private var facts: HTML {
        let list = DefinitionList([
            "Consignee": ticket.consignee.map { "\($0)" }, "Notes": ticket.notes.map { "\($0)" },
            "Sacks": GroupedNumber(answer.items.count).html,
            "Bags": GroupedNumber(answer.childCount).html, "Weight": "\(BagWords.weight(answer.weightGrams))",
            "Opened": "\(frame.time(ticket.createdAt)) by \(answer.createdBy.name)",
            "Closed": ticket.closedAt.map { frame.time($0).html },
        ])
        return """
            <section class="block" id="facts" data-refresh aria-labelledby="facts-title"><h2 id="facts-title">Ticket</h2>\(list)</section>
            """
    }

    // MARK: - Scanning

    private var desk: LorryDesk {
        let choices = ReturnCondition.allCases.map { Choice($0.rawValue, BagWords.condition($0).word) }
        return LorryDesk(
            frame: frame, userID: userID, kind: "return", ticketID: String(ticket.id),
            action: "/bags/returns/\(ticket.id)/scans", figures: figures, answer: scanned, typed: typed,
            clientScanID: clientScanID, recent: recent, products: products,
            fields: SelectField(
                "condition", label: "Condition of the next sack", value: condition.rawValue, choices: choices
            ).html, beside: "\(items)\(facts)\(closing)")
    }

    private var figures: HTML {
        """
        <section class="sack" id="big-count" data-refresh aria-label="On this ticket"><div class="sack-head"><div>\
        <p class="sack-label">On this ticket</p>\
        <p class="sack-product">\(BagWords.count(answer.childCount, "bag", "bags")), \
        \(BagWords.weight(answer.weightGrams))</p></div>\
        <p class="sack-count"><span class="big">\(answer.items.count)</span>\
        <span class="of">\(answer.items.count == 1 ? "sack" : "sacks")</span></p></div></section>
        """
    }

    // MARK: - Sacks

    private var items: HTML {
        let none = EmptyState(
            isOpen ? "No sack yet: scan the first" : "No sack came back on this ticket", icon: .sack)
        var columns: [DataTable.Column] = [.init("Sack", .code), .init("Left on bill"), .init("Bags", .number)]
        // Beside the box there is room for less.
        if !isOpen { columns.append(.init("Weight", .number)) }
        columns.append(.init("Condition"))
        if ticket.state == .cancelled { columns.append(.init("Result")) }
        let rows = answer.items.reversed().map(line)
        let table = DataTable(caption: "Sacks", columns: columns, rows: rows)
        return """
            <section class="block" id="sacks" data-refresh aria-labelledby="sacks-title"><h2 id="sacks-title">Sacks</h2>\
            \(answer.items.isEmpty ? none.html : table.html)</section>
            """
    }

    private func line(_ item: TicketItem) -> DataTable.Row {
        var cells: [HTML] = [
            CodeLink(item.code).html, "<a href=\"/bags/bills/\(item.billID)\">\(item.billCode)</a>",
            GroupedNumber(item.childCount).html,
        ]
        if !isOpen { cells.append("\(BagWords.weight(item.weightGrams))") }
        cells.append(BagWords.condition(item.condition).html)
        return DataTable.Row(ticket.state == .cancelled ? cells + [result(item)] : cells)
    }

    private func result(_ item: TicketItem) -> HTML {
        guard let isRestored = item.isRestored else { return .empty }
        if isRestored { return Badge("Back on its bill", tone: .good, icon: .restore).html }
        let why =
            switch item.reason {
            case "billed": "It was put on another bill since."
            case "repacked": "Its bags were changed since."
            case "retired": "It was retired since."
            default: item.reason ?? ""
            }
        return "<span>\(Badge("Stayed here", tone: .warn, icon: .warning)) <span class=\"note\">\(why)</span></span>"
    }

    // MARK: - Closing

    private var closing: HTML {
        let base = "/bags/returns/\(ticket.id)"
        let commit = PageForm(
            action: "\(base)/commit", guarding: frame.guarding("commit"), fields: .empty,
            buttons:
                "\(Button("Commit the return", weight: .primary, icon: .check, confirm: "Have all sacks come in? The ticket is fixed afterwards."))"
        )
        let cancel = PageForm(
            action: "\(base)/cancel", guarding: frame.guarding("cancel"), fields: .empty,
            buttons:
                "\(Button("Cancel the ticket", weight: .danger, icon: .cross, confirm: "Put all sacks back onto their bills?"))"
        )
        return """
            <section class="block stack" data-patient aria-labelledby="close-title"><h2 id="close-title">Close the ticket</h2>\
            <p class="note">Committing fixes it. Cancelling puts every sack back onto its bill, unless it was billed, \
            repacked or retired since.</p><div class="buttons">\(commit)\(cancel)</div></section>
            """
    }
}
