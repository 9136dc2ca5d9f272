import Portico

/// `GET /bags/limits` and the refusals of its forms: how much each class of requests may be asked for.
///
/// | POST | fields besides `_csrf` and `idempotency_key` |
/// |---|---|
/// | `/bags/limits/{name}` | `quota`, `window_seconds`, `burst`, `mode` |
/// | `/bags/limits/{name}/reset` | none |
struct LimitsPage: BagPage {
    var frame: BagFrame
    var limits: [LimitDesk.Standing]
    /// The limit whose form came back.
    var openForm: String?
    var form = FormState.fresh

    var title: String { "Limits" }
    var place: BagSection? { .settings }

    private var mayChange: Bool { frame.may("operations.write") }

    var content: HTML {
        """
        \(PageHeading("Limits", subtitle: "How often one person or address may ask.", back: back))\
        \(ErrorSummary(form.messages, scope: openForm.map(LimitsPage.scope) ?? "f"))
        <div class="stack">\(help)\(table.framed)
        <section class="block" aria-labelledby="limits-change"><h2 id="limits-change">\
        \(mayChange ? "Change a limit" : "What counts under it")</h2>\
        <div class="folds">\(limits.map(fold))</div></section></div>
        """
    }

    private var back: (String, String)? {
        frame.may("config.manage") ? ("Settings", "/bags/settings") : nil
    }

    private var help: HTML {
        """
        <section class="block" aria-labelledby="limits-help"><h2 id="limits-help">How a limit counts</h2>\
        <dl class="facts"><div><dt>Requests per window</dt><dd>The pace that can be kept up for hours.</dd></div>\
        <div><dt>Burst</dt><dd>How many requests may come at once after a quiet time. Each comes back at the pace of \
        the window: with 600 in 60 seconds and a burst of 60, sixty scans may arrive in one second, and from then on \
        ten in each.</dd></div>\
        <div><dt>Only watched</dt><dd>Nothing is refused; the page counts what would have been.</dd></div>\
        <div><dt>Counts</dt><dd>Are those of the node that made this page, since its start. A change holds on every \
        node within half a second.</dd></div></dl></section>
        """
    }

    private var table: DataTable {
        DataTable(
            caption: "Limits",
            columns: [
                .init("Limit"), .init("In force"), .init("As declared"), .init("Mode"), .init("Admitted", .number),
                .init("Refused", .number), .init("Would have refused", .number),
            ], rows: limits.map(line))
    }

    private func line(_ limit: LimitDesk.Standing) -> DataTable.Row {
        let report = limit.report
        let changed: HTML = limit.changed == nil ? .empty : " \(Badge("Changed", tone: .info, icon: .edit))"
        return DataTable.Row([
            "<a class=\"code\" href=\"#\(LimitsPage.scope(limit.name))\">\(limit.name)</a>\(changed)",
            "\(LimitsPage.words(limit.terms))", "\(LimitsPage.words(limit.declared))",
            LimitsPage.badge(limit.terms.mode).html, "\(GroupedNumber(report?.admitted ?? 0).text)",
            "\(GroupedNumber(report?.refused ?? 0).text)", "\(GroupedNumber(report?.wouldHaveRefused ?? 0).text)",
        ])
    }

    private func fold(_ limit: LimitDesk.Standing) -> HTML {
        let routes = limit.routes.map { "<li class=\"code\">\($0)</li>" as HTML }
        return """
            <details class="fold" id="\(LimitsPage.scope(limit.name))"\
            \(HTML.flag("open", openForm == limit.name || limits.count == 1))><summary>\(Icon.clock)\
            <span>\(limit.name)</span></summary>\
            <div class="stack">\(mayChange ? change(limit) : nil)\(reset(limit))\
            <p class="note">Requests that count under it:</p><ul class="plain">\(routes)</ul></div></details>
            """
    }

    private func change(_ limit: LimitDesk.Standing) -> HTML {
        let scope = LimitsPage.scope(limit.name)
        let isOpen = openForm == limit.name
        func number(_ name: String, _ label: String, _ present: Int, _ most: Int, _ hint: String) -> TextField {
            TextField(
                name, label: label, value: isOpen ? form.value(name) : String(present), kind: .number, hint: hint,
                error: isOpen ? form.message(name) : nil, range: 1...most, scope: scope)
        }
        let mode = SelectField(
            "mode", label: "What happens beyond",
            value: isOpen ? form.value("mode") : limit.terms.mode.rawValue,
            choices: LimitTerms.Mode.allCases.map { Choice($0.rawValue, LimitsPage.sentence($0)) },
            error: isOpen ? form.message("mode") : nil, scope: scope)
        return PageForm(
            action: "/bags/limits/\(PageAddress.encode(limit.name))", guarding: frame.guarding(),
            fields: """
                <div class="form-row">\
                \(number("quota", "Requests per window", limit.terms.quota, 2_147_483_647, "The lasting pace."))\
                \(number("window_seconds", "Window in seconds", limit.terms.windowSeconds, 31_622_400, "Often 60."))\
                \(number("burst", "Burst", limit.terms.burst, 2_147_483_647, "At once, after a quiet time."))</div>\
                \(mode)
                """, buttons: "\(Button("Change \(limit.name)"))"
        ).html
    }

    private func reset(_ limit: LimitDesk.Standing) -> HTML? {
        guard mayChange, limit.changed != nil else { return nil }
        return PageForm(
            action: "/bags/limits/\(PageAddress.encode(limit.name))/reset", guarding: frame.guarding(),
            buttons: "\(Button("Back to \(LimitsPage.words(limit.declared))", weight: .secondary, icon: .undo))",
            arrangement: "bare"
        ).html
    }

    /// The id of a limit's fold and the prefix of its fields.
    static func scope(_ name: String) -> String { "limit-\(name.replacing(".", with: "-"))" }

    /// `600 in 60 s, burst 60`.
    static func words(_ terms: LimitTerms) -> String {
        "\(GroupedNumber(terms.quota).text) in \(GroupedNumber(terms.windowSeconds).text) s, burst \(GroupedNumber(terms.burst).text)"
    }

    private static func sentence(_ mode: LimitTerms.Mode) -> String {
        switch mode {
        case .enforced: "Refuse it"
        case .shadow: "Only watch: serve it and count"
        case .off: "Off: count nothing"
        }
    }

    private static func badge(_ mode: LimitTerms.Mode) -> Badge {
        switch mode {
        case .enforced: Badge("Enforced", tone: .good)
        case .shadow: Badge("Only watched", tone: .warn)
        case .off: Badge("Off", icon: .stop)
        }
    }
}
