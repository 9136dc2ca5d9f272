import Portico

/// `GET /bags/returns/{id}`: a return ticket; while it is open, the box that takes its sacks.
///
/// | POST | fields besides `_csrf` |
/// |---|---|
/// | `/bags/returns/{id}/scans` | `client_scan_id`, `code`, `condition` |
/// | `/bags/returns/{id}/commit`, `/cancel` | `idempotency_key` |
///
/// With script (`bags/returns.js`) sacks go to `…/returns/{id}/scans` and, when the network was away, to `…/scans/batch`.
struct TicketPage: BagPage {
    /// What the last scan came to.
    struct Answer: Sendable {
        /// `linked`, `duplicate` or `refused`.
        var kind: String
        var title: String
        var detail: String
        var code: String
    }

    var frame: BagFrame
    /// The signed-in person's id; scans kept on the device belong to it.
    var userID: String
    var answer: TicketAnswer
    /// Name of the ticket's area.
    var areaName: String
    var scanned: Answer?
    /// What was typed and refused; stays in the box.
    var typed = ""
    /// The condition chosen last.
    var condition = ReturnCondition.good
    /// A fresh id for the next scan of the form.
    var clientScanID: String
    /// Why a button's act was refused.
    var refusal: Notice?

    var title: String { "Return \(answer.ticket.code)" }
    var place: BagSection? { .returns }
    var styles: [String] { ["bags/station.css"] }
    var scripts: [String] { isOpen ? ["portico.js", "bags/returns.js"] : ["portico.js"] }

    private var ticket: TicketRow { answer.ticket }
    private var isOpen: Bool { ticket.state == .open }

    var content: HTML {
        """
        \(PageHeading("<span class=\"code\">\(ticket.code)</span>", subtitle: subtitle, back: ("Returns", "/bags/returns")))
        \(refusal.map { "<div class=\"notices\">\($0)</div>" as HTML })\
        <div class="stack">\(isOpen ? desk : nil)\(facts)\(items)\(isOpen ? closing : nil)</div>
        """
    }

    private var subtitle: HTML {
        "\(BagWords.ticketState(ticket.state)) \(ticket.location), \(areaName)"
    }

    private var facts: HTML {
        let list = DefinitionList([
            "Consignee": ticket.consignee.map { "\($0)" }, "Notes": ticket.notes.map { "\($0)" },
            "Sacks": "<span id=\"sack-count\">\(GroupedNumber(answer.items.count))</span>",
            "Bags": GroupedNumber(answer.childCount).html, "Weight": "\(BagWords.weight(answer.weightGrams))",
            "Opened": "\(frame.time(ticket.createdAt)) by \(answer.createdBy.name)",
            "Closed": ticket.closedAt.map { frame.time($0).html },
        ])
        return """
            <section class="block" aria-labelledby="facts-title"><h2 id="facts-title">Ticket</h2>\(list)</section>
            """
    }

    // MARK: - Scanning

    private var desk: HTML {
        let words =
            scanned
            ?? Answer(
                kind: "idle", title: answer.items.isEmpty ? "No sack yet: scan the first" : "Scan the next sack",
                detail: "Choose its condition before you scan it.", code: "")
        return """
            <section class="station-desk" id="returns" aria-label="Scanning" data-ticket="\(ticket.id)" \
            data-user="\(userID)" data-user-name="\(frame.person)" data-station="\(frame.assets("bags/station.js"))">\
            <p class="band tone-warn" id="band" role="status" hidden></p>\
            <section class="answer" id="answer" data-kind="\(words.kind)"\
            \(HTML.attribute("role", words.kind == "refused" ? "alert" : nil)) aria-label="Answer">\
            <span class="answer-icon" id="answer-icon">\(StationParts.icon(words.kind))</span>\
            <div class="answer-words"><p class="answer-title" id="answer-title">\(words.title)</p>\
            <p class="answer-code code" id="answer-code">\(words.code)</p>\
            <p class="answer-detail" id="answer-detail">\(words.detail)</p></div></section>\
            \(form)\(drawings)<p class="unseen" id="polite" role="status" aria-live="polite"></p>\
            <p class="unseen" id="assertive" role="alert" aria-live="assertive"></p></section>
            """
    }

    private var form: HTML {
        let choices = ReturnCondition.allCases.map { Choice($0.rawValue, BagWords.condition($0).word) }
        return """
            <form class="scan-form" id="scan-form" method="post" action="/bags/returns/\(ticket.id)/scans">\
            <input type="hidden" name="_csrf" value="\(frame.csrfToken)">\
            <input type="hidden" name="client_scan_id" value="\(clientScanID)">\
            \(SelectField("condition", label: "Condition of the next sack", value: condition.rawValue, choices: choices))\
            <label for="code">Scan or type a sack</label><div class="scan-line">\
            <input class="code" id="code" name="code" type="text" value="\(typed)" autofocus autocomplete="off" \
            autocapitalize="characters" autocorrect="off" spellcheck="false" enterkeyhint="send" maxlength="400">\
            <button class="button primary" type="submit">Enter</button></div></form>
            """
    }

    /// What the script takes from the page.
    private var drawings: HTML {
        let icons = ["idle", "linked", "duplicate", "refused", "saved"].map {
            "<span data-icon=\"\($0)\">\(StationParts.icon($0))</span>" as HTML
        }
        let badges = ReturnCondition.allCases.map {
            "<span data-badge=\"\($0.rawValue)\">\(BagWords.condition($0))</span>" as HTML
        }
        return "<div id=\"parts\" hidden>\(icons)\(badges)</div>"
    }

    // MARK: - Sacks

    private var items: HTML {
        let none = EmptyState(
            isOpen ? "No sack yet: scan the first" : "No sack came back on this ticket", icon: .sack)
        let columns: [DataTable.Column] = [
            .init("Sack", .code), .init("Left on bill"), .init("Bags", .number), .init("Weight", .number),
            .init("Condition"),
            .init("Result"),
        ]
        let shown = ticket.state == .cancelled ? columns : Array(columns.dropLast())
        let rows = answer.items.reversed().map(line)
        let table = DataTable(caption: "Sacks", columns: shown, rows: rows)
        return """
            <section class="block" aria-labelledby="sacks-title"><h2 id="sacks-title">Sacks</h2>\
            <div id="sacks"\(HTML.flag("hidden", answer.items.isEmpty))>\(table)</div>\
            <div id="sacks-none"\(HTML.flag("hidden", !answer.items.isEmpty))>\(none)</div></section>
            """
    }

    private func line(_ item: TicketItem) -> DataTable.Row {
        let cells: [HTML] = [
            CodeLink(item.code).html, "<a href=\"/bags/bills/\(item.billID)\">\(item.billCode)</a>",
            GroupedNumber(item.childCount).html, "\(BagWords.weight(item.weightGrams))",
            BagWords.condition(item.condition).html,
        ]
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
            <section class="block" aria-labelledby="close-title"><h2 id="close-title">Close the ticket</h2>\
            <p class="note">Committing fixes it. Cancelling puts every sack back onto its bill, unless it was billed, \
            repacked or retired since.</p><div class="buttons">\(commit)\(cancel)</div></section>
            """
    }
}
