import Portico

/// `GET /bags/exports`: whole tables as files, narrowed like the lists.
///
/// Each form sends `name`, `format` and its filter to the same address, which leads on to the file, or shows the page again
/// with what is wrong.
struct ExportsPage: BagPage {
    var frame: BagFrame
    /// The form that came back: `bags`, `bills`, `scans` or `epcis`.
    var openForm: String?
    var form = FormState.fresh
    var areas: [Choice] = []
    var products: [Choice] = []
    /// How many one person may have at once.
    var most = 2

    var title: String { "Exports" }
    var place: BagSection? { .exports }

    var content: HTML {
        """
        \(PageHeading("Exports", subtitle: "Everything a filter finds, as it is at this moment."))\
        \(ErrorSummary(form.messages, scope: openForm ?? "f"))
        <div class="stack"><div class="columns even">\(bags)\(bills)\(scans)\(events)</div>\(formats)</div>
        """
    }

    // MARK: - Forms

    private var bags: HTML {
        let yesNo = [Choice("true", "Yes"), Choice("false", "No")]
        return block(
            "bags", "Sacks and bags", .sack,
            """
            \(choice("bags", "kind", "Kind", [Choice("parent", "Sacks"), Choice("child", "Bags")]))\
            \(choice("bags", "status", "Status", BagWords.statuses))\(area("bags"))\
            \(choice("bags", "product_type", "Product", products))\
            \(choice("bags", "billed", "On a bill", yesNo))\(choice("bags", "hold", "On hold", yesNo))\
            \(code("bags", "lot", "Lot"))\(code("bags", "q", "Code begins with"))\
            \(day("bags", "created_from", "First seen from"))\(day("bags", "created_to", "First seen to"))
            """)
    }

    private var bills: HTML {
        let states = BillExportInput.State.allCases.map {
            Choice($0.rawValue, BagWords.billState($0.rawValue).word)
        }
        return block(
            "bills", "Bills", .truck,
            """
            \(choice("bills", "state", "State", states))\(area("bills"))\(code("bills", "q", "Code begins with"))\
            \(day("bills", "from", "Created from"))\(day("bills", "to", "Created to"))
            """)
    }

    private var scans: HTML {
        let kinds = ScanKind.allCases.map { Choice($0.rawValue, ExportsPage.title($0.rawValue)) }
        let outcomes = ScanOutcome.allCases.map { Choice($0.rawValue, BagWords.outcome($0.rawValue).word) }
        return block(
            "scans", "Scans", .history,
            """
            \(choice("scans", "kind", "Kind", kinds))\(choice("scans", "outcome", "Outcome", outcomes))\
            \(code("scans", "code", "Code"))\(code("scans", "parent_code", "Into sack"))\
            \(day("scans", "from", "Recorded from"))\(day("scans", "to", "Recorded to"))
            """)
    }

    /// What left its place when, for other houses; only for those who may read it.
    private var events: HTML? {
        guard frame.may("epcis.read") else { return nil }
        return block(
            "epcis", "Events", .truck,
            """
            <p class="note">Packing, unpacking, shipping, deliveries and returns of at most \
            \(ExportsPage.mostEventDays) days.</p>\
            \(day("epcis", "from", "Recorded from", .required))\(day("epcis", "to", "Recorded to", .required))
            """, [("json", "EPCIS 2.0")])
    }

    /// The most days of one document of events.
    static let mostEventDays = Int(EPCISExportInput.longest.milliseconds / Span.days(1).milliseconds)

    private static let tables: [(format: String, label: String)] = [
        ("csv", "CSV"), ("xlsx", "Excel"), ("ndjson", "NDJSON"),
    ]

    private func block(
        _ name: String, _ title: String, _ icon: Icon, _ fields: HTML,
        _ files: [(format: String, label: String)] = ExportsPage.tables
    ) -> HTML {
        let buttons = files.map { format, label in
            Button(
                label, weight: .secondary, icon: .download, spoken: "\(title) as \(label)", name: "format",
                value: format
            ).html
        }
        return """
            <section class="block" aria-labelledby="export-\(name)"><h2 id="export-\(name)">\(icon) \(title)</h2>\
            <form method="get" action="/bags/exports" class="form stacked" novalidate>\
            <input type="hidden" name="name" value="\(name)">\(fields)<div class="buttons">\(buttons)</div></form>\
            </section>
            """
    }

    private var formats: HTML {
        """
        <section class="block" aria-labelledby="export-formats"><h2 id="export-formats">Which file</h2>\
        <dl class="facts"><div><dt>CSV</dt><dd>Opens everywhere. Cells that a spreadsheet would take for a formula begin \
        with an apostrophe.</dd></div><div><dt>Excel</dt><dd>Codes and times are texts, so that no zero is lost. A sheet has \
        up to 1,048,575 rows; further sheets follow.</dd></div><div><dt>NDJSON</dt><dd>For programs. The last line counts \
        the rows and proves by its SHA-256 that nothing is missing.</dd></div>\(eventFormat)</dl>\
        <p class="note">There is no limit of rows. \(most) exports of yours may run at once. Retired sacks and bags are left \
        out unless that status is chosen. Times in the files are UTC.</p></section>
        """
    }

    private var eventFormat: HTML? {
        guard frame.may("epcis.read") else { return nil }
        return """
            <div><dt>EPCIS 2.0</dt><dd>The GS1 standard for what happened to goods, where and when: one JSON document, \
            oldest events first. Undone scans are declared as errors.</dd></div>
            """
    }

    private static func title(_ word: String) -> String { "\(word.prefix(1).uppercased())\(word.dropFirst())" }

    // MARK: - Fields

    private func typed(_ scope: String, _ name: String) -> String { openForm == scope ? form.value(name) : "" }

    private func error(_ scope: String, _ name: String) -> String? { openForm == scope ? form.message(name) : nil }

    private func choice(_ scope: String, _ name: String, _ label: String, _ choices: [Choice]) -> SelectField {
        SelectField(
            name, label: label, value: typed(scope, name), choices: [Choice("", "Any")] + choices,
            error: error(scope, name), presence: .free, scope: scope)
    }

    private func area(_ scope: String) -> SelectField? {
        areas.isEmpty ? nil : choice(scope, "area_code", "Area", areas)
    }

    private func code(_ scope: String, _ name: String, _ label: String) -> TextField {
        TextField(
            name, label: label, value: typed(scope, name), error: error(scope, name), presence: .free, maxLength: 200,
            isCode: true, scope: scope)
    }

    private func day(
        _ scope: String, _ name: String, _ label: String, _ presence: FieldPresence = .free
    ) -> TextField {
        TextField(
            name, label: label, value: typed(scope, name), kind: .date, error: error(scope, name), presence: presence,
            scope: scope)
    }
}
