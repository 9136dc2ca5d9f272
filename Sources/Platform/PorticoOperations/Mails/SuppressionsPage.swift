import PorticoJobs
import PorticoPages

/// `/ops/suppressions`: addresses that nothing is sent to, why and since when, and the forms to add one and to lift one.
struct SuppressionsPage: ConsolePage {
    var frame: ConsoleFrame
    /// How the addresses begin that are shown.
    var start: String
    var suppressions: [MailSuppression]
    var cursor: String?
    var nextCursor: String?
    var form = FormState.fresh

    var title: String { "Held back" }
    var part: ConsolePart { .mail }

    private var base: String { frame.address("/suppressions") }

    var content: HTML {
        let address = PageAddress(base, ["address": start])
        return """
            \(PageHeading(
                "Held back", subtitle: "Addresses that nothing is sent to.", back: ("Mail", frame.address("/mail"))))\
            \(ErrorSummary(form.messages))\(filters)<div class="stack">\(list)\
            \(CursorPager(address: address, cursor: cursor, next: nextCursor))\(adding)</div>
            """
    }

    private var filters: FilterBar {
        let field = TextField(
            "address", label: "Address, or how it begins", value: start, kind: .search, presence: .free, maxLength: 254,
            scope: "filter")
        return FilterBar(action: base, fields: field.html, clear: start.isEmpty ? nil : base)
    }

    private var list: HTML {
        guard !suppressions.isEmpty else {
            return EmptyState(
                start.isEmpty ? "Nothing is held back" : "No address fits",
                detail: "An address comes here when its server says that there is no such mailbox.", icon: .check,
                actions: start.isEmpty ? [] : [Button("Show all", href: base)]
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Address"), .init("Since"), .init("Why"), .init("Do", .actions),
        ]
        return DataTable(caption: "Addresses that nothing is sent to", columns: columns, rows: suppressions.map(line))
            .framed
    }

    private func line(_ suppression: MailSuppression) -> DataTable.Row {
        let mails = PageAddress(frame.address("/mail"), ["to": suppression.address]).text
        let lift = frame.form(
            "/suppressions/lift",
            fields: "<input type=\"hidden\" name=\"address\" value=\"\(suppression.address)\">",
            Button(
                "Lift", weight: .quiet, spoken: "Send to \(suppression.address) again",
                confirm: "Send to \(suppression.address) again?"))
        return DataTable.Row([
            "<a class=\"epc\" href=\"\(mails)\">\(EmailText(suppression.address))</a>", frame.time(suppression.since),
            "<span class=\"epc\">\(suppression.reason)</span>", lift ?? .empty,
        ])
    }

    private var adding: HTML? {
        let address = TextField(
            "address", label: "Address", value: form.value("address"), kind: .email, error: form.message("address"),
            maxLength: 254)
        let reason = TextField(
            "reason", label: "Why", value: form.value("reason"), hint: "For whoever looks later.",
            error: form.message("reason"), maxLength: 300)
        let button = Button("Hold back", weight: .danger, confirm: "Send nothing more to this address?")
        guard
            let added = frame.form(
                "/suppressions", fields: "\(address)\(reason)", button, arrangement: "stacked")
        else { return nil }
        return """
            <section class="block" aria-labelledby="adding-title"><h2 id="adding-title">Hold an address back</h2>\(added)\
            </section>
            """
    }
}
