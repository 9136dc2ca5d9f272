import Portico

/// `GET /bags/find?code=…`: one box for any code, and its answer on one screen. `GET /bags/find?tab=lot&lot=…` traces a
/// lot (permission `trace.read`).
struct FindPage: BagPage {
    /// One thing that happened to a bag.
    struct Step: Sendable {
        var at: Instant
        /// As in the history of the API: `linked`, `billed`, `dispatched`, …
        var what: String
        var parentCode: String?
        var billCode: String?
        /// The bill of that code.
        var billID: Int64?
        var ticketCode: String?
        var user: String?
        var undone = false
    }

    /// A return ticket.
    struct Ticket: Sendable {
        var id: Int64
        var code: String
        var state: TicketState
        var location: String
    }

    /// The bill a sack is on.
    struct Bill: Sendable {
        var id: String
        var code: String
        var state: String
        var consignee: String?
        var destination: String?
    }

    /// A sack or a bag that was found.
    struct Found: Sendable {
        var code: String
        /// `parent` or `child`.
        var kind: String
        var status: String
        var area: String
        var product: String?
        var childCount: Int?
        var capacity: Int?
        var weightGrams: Int?
        var lot: String?
        var testDate: String?
        var sscc: String?
        var holdReason: String?
        /// The sack a bag is in.
        var parentCode: String?
        var bill: Bill?
        /// The newest steps, newest first.
        var steps: [Step]
    }

    /// What became of the code.
    enum Result: Sendable {
        case nothingAsked
        case bag(Found)
        case bill(Bill)
        case ticket(Ticket)
        /// No such code; existing ones that look like it.
        case unknown(suggestions: [String])
        /// It is no code at all; why.
        case invalid(String)
    }

    /// Where one lot went.
    struct Trace: Sendable {
        struct Sack: Sendable {
            var code: String
            var count: Int
            var billCode: String?
        }

        struct Delivery: Sendable {
            var bill: Bill
            var count: Int
            /// Bags that came back from it.
            var returned: Int
        }

        struct Return: Sendable {
            var sackCode: String
            var bill: Bill
            var ticketCode: String
            var count: Int
        }

        var lot: String
        var children: Int
        var loose: Int
        var sacks: [Sack]
        var bills: [Delivery]
        var returns: [Return]
    }

    var frame: BagFrame
    var code = ""
    var result = Result.nothingAsked
    /// Whether the lot's tab is shown.
    var showsLots = false
    var lot = ""
    var trace: Trace?

    /// A return ticket in one line; only those who may open it get the way there.
    private func line(_ ticket: Ticket) -> HTML {
        let link: HTML? =
            frame.may("return.write")
            ? "<p><a href=\"/bags/returns/\(ticket.id)\">Open the ticket</a></p>" : nil
        return """
            <div class="found-head"><div><p class="soft">Return ticket</p><h2 class="found-code">\(ticket.code)</h2></div>\
            \(BagWords.ticketState(ticket.state))</div><p>\(ticket.location)</p>\(link)
            """
    }

    var title: String { showsLots ? "Trace a lot" : "Find" }
    var place: BagSection? { .find }
    var scripts: [String] { showsLots ? ["portico.js"] : ["portico.js", "bags/find.js"] }

    var content: HTML {
        "\(PageHeading("Find"))\(tabs)\(showsLots ? lotPart : codePart)"
    }

    private var tabs: TabBar? {
        guard frame.may("trace.read") else { return nil }
        return TabBar(
            label: "What to find",
            tabs: [
                .init("Any code", href: "/bags/find", isCurrent: !showsLots),
                .init("Lot", href: "/bags/find?tab=lot", isCurrent: showsLots),
            ])
    }

    private var codePart: HTML {
        """
        <form method="get" action="/bags/find" class="find-form" role="search">\
        <label for="find-code">Bag label, sack, SSCC, bill or return ticket</label><div class="scan-line">\
        <input class="code" id="find-code" name="code" type="search" value="\(code)" autocomplete="off" \
        autocapitalize="characters" spellcheck="false" maxlength="400"\(HTML.flag("autofocus", result.isNothing))>\
        <button class="button primary" type="submit">\(Icon.find)<span>Find</span></button></div>\(camera)</form>
        <div class="find-result" role="region" aria-label="Result">\(resultPart)</div>
        """
    }

    /// What reads a code instead of typing it; a script shows the button, and its looks come when it is first pressed.
    private var camera: HTML {
        """
        <div class="buttons"><button class="button secondary" type="button" id="camera" data-module="\
        \(frame.assets("bags/camera.js"))" data-style="\(frame.assets("bags/station.css"))" hidden>\
        \(Icon.camera)<span>Camera</span></button></div>\
        <p class="camera-note" id="camera-note" role="status" hidden></p>\
        <div class="camera-view" id="camera-view" hidden><video id="video" muted playsinline></video>\
        <div class="buttons"><button class="button secondary" type="button" id="torch" aria-pressed="false" \
        hidden>\(Icon.torch)<span>Light</span></button>\
        <button class="button secondary" type="button" id="camera-off">\(Icon.cross)<span>Close camera</span>\
        </button></div></div>
        """
    }

    private var resultPart: HTML {
        switch result {
        case .nothingAsked:
            return EmptyState(
                "Scan or type any code", detail: "The answer says where it is and whose hands it passed.", icon: .scan
            ).html
        case .bag(let found): return FoundCard(frame: frame, found: found).html
        case .ticket(let ticket): return "<section class=\"panel\">\(line(ticket))</section>"
        case .bill(let bill): return "<section class=\"panel\">\(BillLine(bill: bill))</section>"
        case .invalid(let why):
            return Notice(
                "This is not a code", tone: .bad, detail: "\(why) Scan again, or type the code below the bars."
            ).html
        case .unknown(let suggestions): return unknownPart(suggestions)
        }
    }

    private func unknownPart(_ suggestions: [String]) -> HTML {
        let links = suggestions.map { suggestion -> HTML in
            let address = PageAddress("/bags/find", ["code": suggestion]).text
            return "<li><a class=\"button secondary code\" href=\"\(address)\">\(suggestion)</a></li>"
        }
        let mean: HTML? = links.isEmpty ? nil : "<p>Did you mean</p><ul class=\"suggestions\">\(links)</ul>"
        let said: HTML = "<p>Nothing here is called <span class=\"code\">\(code)</span>. Scan again.</p>"
        return Notice("Unknown code", tone: .warn, detail: said + (mean ?? .empty)).html
    }

    private var lotPart: HTML {
        """
        <form method="get" action="/bags/find" class="find-form" role="search">\
        <input type="hidden" name="tab" value="lot">\
        <label for="find-lot">Lot number</label><div class="scan-line">\
        <input class="code" id="find-lot" name="lot" type="search" value="\(lot)" autocomplete="off" \
        autocapitalize="characters" spellcheck="false" maxlength="40"\(HTML.flag("autofocus", trace == nil))>\
        <button class="button primary" type="submit">\(Icon.find)<span>Trace</span></button></div></form>
        \(tracePart)
        """
    }

    private var tracePart: HTML {
        guard let trace else {
            return lot.isEmpty
                ? EmptyState("Type a lot number", detail: "Every sack and bill its bags went to.", icon: .tag).html
                : EmptyState("No bag of lot \(lot)", icon: .tag).html
        }
        let sacks = DataTable(
            caption: "Sacks", columns: [.init("Sack", .code), .init("Bags of the lot", .number), .init("Bill")],
            rows: trace.sacks.map { .init([CodeLink($0.code).html, "\($0.count)", "\($0.billCode)"]) },
            showsCaption: true)
        let bills = DataTable(
            caption: "Bills",
            columns: [
                .init("Bill"), .init("State"), .init("Consignee"), .init("Bags of the lot", .number),
                .init("Came back", .number),
            ],
            rows: trace.bills.map {
                .init([
                    BillLink(id: $0.bill.id, code: $0.bill.code).html, BagWords.billState($0.bill.state).html,
                    "\($0.bill.consignee) \($0.bill.destination)", "\($0.count)", "\($0.returned)",
                ])
            }, showsCaption: true)
        return """
            <div class="stack find-result"><div class="tiles">\
            \(StatTile("Bags of the lot", value: trace.children, icon: .bag))\
            \(StatTile("Sacks", value: trace.sacks.count, icon: .sack))\
            \(StatTile("Bills", value: trace.bills.count, icon: .truck))\
            \(StatTile("Loose", value: trace.loose, icon: .linkOff))</div>
            <section class="block">\(sacks)</section>\(trace.bills.isEmpty ? nil : "<section class=\"block\">\(bills)</section>" as HTML?)\
            \(returned(trace))</div>
            """
    }

    private func returned(_ trace: Trace) -> HTML? {
        guard !trace.returns.isEmpty else { return nil }
        let table = DataTable(
            caption: "Came back",
            columns: [
                .init("Sack", .code), .init("Left on bill"), .init("Ticket", .code), .init("Bags of the lot", .number),
            ],
            rows: trace.returns.map {
                .init([
                    CodeLink($0.sackCode).html, BillLink(id: $0.bill.id, code: $0.bill.code).html, "\($0.ticketCode)",
                    "\($0.count)",
                ])
            }, showsCaption: true)
        return "<section class=\"block\">\(table)</section>"
    }
}

extension FindPage.Result {
    var isNothing: Bool {
        if case .nothingAsked = self { true } else { false }
    }
}
