import Portico

/// `GET /bags/bills/{id}/gate` and the refusals of its forms: the check of one lorry.
///
/// | POST below `/bags/bills/{id}/gate` | fields besides `_csrf` |
/// |---|---|
/// | `/start` | `idempotency_key` |
/// | `/scans` | `code`, `client_scan_id` |
/// | `/findings/{finding_id}` | `idempotency_key` |
/// | `/abandon` | `idempotency_key`, `reason` |
/// | `/dispatch` | `idempotency_key`, `vehicle_number`, `driver_name`, `driver_phone`, `seal_number` |
struct GatePage: BagPage {
    var frame: BagFrame
    var userID: String
    var bill: BillRow
    var area: String
    /// The running check; nil while none is.
    var check: GateDesk.Check?
    /// Codes of sacks that were not seen yet, at most ``GateRules/namedMissing``.
    var missing: [String] = []
    var recent: [ScanLine] = []
    var products: [StationPage.Product]
    var clientScanID: String
    var answer: StationPage.Answer?
    var typed = ""
    /// Which form came back: `start`, `abandon`, `dispatch`, `findings`.
    var openForm: String?
    var form = FormState.fresh
    /// The others who have the lorry before them.
    var company: [PresentMember] = []

    var title: String { "Gate: \(bill.code)" }
    var place: BagSection? { .gate }
    var styles: [String] { ["bags/station.css"] }
    var pageClass: StaticString { "gate-page" }
    var manifest: String? { InstalledStation.gate.address }
    var scripts: [String] { [check == nil ? "portico.js" : "bags/station.js"] }
    private var address: String { "\(BillPage.address(bill.id))/gate" }

    var content: HTML {
        """
        \(heading)\(CompanyLine(people: company, doing: "checking this lorry too"))\
        \(ErrorSummary(form.messages, scope: openForm ?? "f"))
        \(check.map { desk($0).html } ?? waiting)
        """
    }

    private var heading: PageHeading {
        let consignee = [bill.header.consignee, bill.header.destination].compactMap(\.self).joined(separator: ", ")
        return PageHeading(
            "\(bill.code) \(BagWords.billState(bill.state.rawValue))",
            subtitle: "\(area)\(consignee.isEmpty ? "" : ", \(consignee)")",
            actions: [Button("Bill", href: BillPage.address(bill.id), icon: .list)], back: ("Gate", "/bags/gate"))
    }

    /// What stands here while no check is running.
    private var waiting: HTML {
        switch bill.state {
        case .completed:
            let start = PageForm(
                action: "\(address)/start", guarding: frame.guarding(),
                fields: """
                    <p>\(BagWords.count(bill.totals.linkedCount, "sack", "sacks")), \
                    \(BagWords.weight(bill.totals.actualWeightGrams)). Scan every sack on the lorry; what is missing and \
                    what is foreign is told at once.</p>
                    """, buttons: "\(Button("Start the check", icon: .shield))")
            return "<section class=\"panel stack\"><h2>Ready for the gate</h2>\(start)</section>"
        case .open:
            return EmptyState(
                "The office is still filling this bill", detail: "It comes to the gate when it is completed.",
                icon: .clock
            ).html
        default:
            return EmptyState(
                "No check is running", detail: "This bill is \(bill.state.rawValue).", icon: .truck,
                actions: [Button("Open the bill", href: BillPage.address(bill.id), icon: .list)]
            ).html
        }
    }

    private func desk(_ check: GateDesk.Check) -> LorryDesk {
        let progress = check.progress
        let state: HTML =
            progress.openFindings > 0
            ? "\(Icon.warning) \(BagWords.count(progress.openFindings, "foreign sack", "foreign sacks"))"
            : progress.missingCount > 0
                ? "\(BagWords.count(progress.missingCount, "sack", "sacks")) missing"
                : "\(Icon.check) All seen, nothing foreign"
        return LorryDesk(
            frame: frame, userID: userID, kind: "gate", billID: String(bill.id), action: "\(address)/scans",
            figures: BigCount(
                label: "Seen at the gate", count: progress.seenCount, of: progress.expectedCount, note: state
            ).html,
            isDone: progress.missingCount == 0 && progress.openFindings == 0,
            alarm: findings(check), answer: answer, typed: typed, clientScanID: clientScanID, recent: recent,
            products: products,
            beside: "\(missingSection(progress))\(dispatchSection(progress))\(abandoning)")
    }

    private func findings(_ check: GateDesk.Check) -> HTML {
        let items = check.findings.map { finding -> HTML in
            let place: HTML =
                finding.isVisible
                ? finding.billCode.map { "It belongs on bill \($0)." } ?? "It is on no bill."
                : "It belongs to another area."
            let code = finding.code.isEmpty ? "Unknown sack" : finding.code
            let button = Button("Unloaded", weight: .danger, icon: .check, spoken: "\(code) is unloaded")
            return """
                <li><span><span class="code finding-code">\(code)</span> <span class="note">\(place)</span></span>\
                <form method="post" action="\(address)/findings/\(finding.id)">\
                \(frame.guarding("f\(finding.id)").fields)\(button)</form></li>
                """
        }
        let section: HTML = """
            <section class="block attention tone-bad" aria-labelledby="findings-title"><h2 id="findings-title">\
            \(Icon.stop) Not on this bill</h2><ul class="findings">\(items)</ul></section>
            """
        return "<div id=\"findings\" data-refresh>\(check.findings.isEmpty ? nil : section)</div>"
    }

    private func missingSection(_ progress: GateProgress) -> HTML {
        let codes = missing.map { "<li class=\"code\">\($0)</li>" as HTML }
        let rest = progress.missingCount - missing.count
        let more: HTML? = rest > 0 ? "<p class=\"note\">and \(rest) more</p>" : nil
        let none = EmptyState("Every sack was seen", icon: .check)
        return """
            <section class="block" id="missing" data-refresh aria-labelledby="missing-title"><div class="section-head">\
            <h2 id="missing-title">Missing</h2><span class="soft">\(progress.missingCount)</span></div>\
            \(codes.isEmpty ? none.html : "<ul class=\"code-list\">\(codes)</ul>")\(more)</section>
            """
    }

    private func dispatchSection(_ progress: GateProgress) -> HTML {
        func text(
            _ name: String, _ label: String, _ most: Int, _ presence: FieldPresence = .required, hint: String? = nil,
            isCode: Bool = false, kind: TextField.Kind = .text
        ) -> TextField {
            TextField(
                name, label: label, value: openForm == "dispatch" ? form.value(name) : "", kind: kind, hint: hint,
                error: openForm == "dispatch" ? form.message(name) : nil, presence: presence, maxLength: most,
                isCode: isCode, scope: "dispatch")
        }
        let ready = progress.missingCount == 0 && progress.openFindings == 0
        let state: HTML =
            ready
            ? "<p class=\"ready\">\(Icon.check) \(progress.seenCount) of \(progress.expectedCount), nothing foreign.</p>"
            : "<p class=\"note\">The lorry may go when every sack was seen and nothing foreign is on it.</p>"
        return """
            <section class="block" data-patient aria-labelledby="dispatch-title"><h2 id="dispatch-title">Dispatch</h2>\
            <div id="dispatch-state" data-refresh>\(state)</div>\
            <form method="post" action="\(address)/dispatch" class="form stacked" id="dispatch-form" novalidate>\
            \(frame.guarding().fields)\
            \(text("vehicle_number", "Vehicle number", 20, hint: "For example UP32 AB 1234", isCode: true))\
            \(text("driver_name", "Driver", 100))\
            \(text("driver_phone", "Driver's phone", 20, .optional, hint: "With the country: +91…", kind: .tel))\
            \(text("seal_number", "Seal", 40, .optional, isCode: true))\
            <div class="buttons">\(Button("Let the lorry go", icon: .truck))</div></form></section>
            """
    }

    private var abandoning: HTML {
        let reason = TextField(
            "reason", label: "Reason", value: openForm == "abandon" ? form.value("reason") : "",
            hint: "3 to 200 characters.", error: openForm == "abandon" ? form.message("reason") : nil, maxLength: 200,
            scope: "abandon")
        let words: HTML =
            "<p>The bill is completed as before, and the office can correct it. The next check begins anew.</p>"
        let sent = PageForm(
            action: "\(address)/abandon", guarding: frame.guarding("abandon"), fields: "\(words)\(reason)",
            buttons: "\(Button("Give the check up", weight: .danger))")
        return """
            <details class="fold" data-patient\(HTML.flag("open", openForm == "abandon"))><summary>\(Icon.stop)\
            <span>Give the check up</span></summary>\(sent)</details>
            """
    }
}
