import Portico

/// `GET /bags/imports` and the refusals of its form: a file to import, and the imports so far.
///
/// `POST /bags/imports`, `multipart/form-data`: `_csrf`, `idempotency_key`, `kind`, `area_code`, `on_error`, `dry_run`
/// (`true` when ticked), `file`.
struct ImportsPage: BagPage {
    /// One import.
    struct Row: Sendable {
        var id: Int64
        var file: String
        var kind: String
        var isDryRun: Bool
        var state: String
        var counts: ImportCounts
        var person: String
        var at: Instant
    }

    var frame: BagFrame
    var rows: [Row]
    var areas: [Choice]
    var mostMiB = 50
    var mostRows = 500_000
    var form = FormState.fresh

    var title: String { "Imports" }
    var place: BagSection? { .imports }

    var content: HTML {
        """
        \(PageHeading("Imports", subtitle: "CSV or Excel, up to \(mostMiB) MiB and \(GroupedNumber(mostRows).text) rows."))\
        \(ErrorSummary(form.messages))
        <div class="stack"><div class="columns even"><section class="block" aria-labelledby="import-new"><h2 id="import-new">Import a file</h2>\
        \(upload)</section>
        <section class="block" aria-labelledby="import-kinds"><h2 id="import-kinds">What a file looks like</h2>\(kinds)\
        </section></div>
        <section class="block" aria-labelledby="import-list"><h2 id="import-list">Imports so far</h2>\(list)</section></div>
        """
    }

    private var upload: HTML {
        let kind = SelectField(
            "kind", label: "What it holds", value: form.value("kind"),
            choices: ImportKind.allCases.map { Choice($0.rawValue, $0.title) }, error: form.message("kind"))
        let area = SelectField(
            "area_code", label: "Area of new sacks and bills", value: form.value("area_code"),
            choices: [Choice("", "As the rows say")] + areas, hint: "Where a row names none.",
            error: form.message("area_code"), presence: .optional)
        let onError = SelectField(
            "on_error", label: "When rows are wrong", value: form.value("on_error"),
            choices: [Choice("skip", "Take the good ones"), Choice("abort", "Take nothing")])
        let isFirst = form.values.isEmpty
        let dryRun = Checkbox(
            "dry_run", label: "Try first: say what would happen, write nothing",
            isTicked: isFirst || form.value("dry_run") == "true")
        return """
            <form method="post" action="/bags/imports" enctype="multipart/form-data" class="form stacked" novalidate>\
            \(frame.guarding().fields)\(kind)\
            \(file)\
            \(area)\(onError)\(dryRun)<div class="buttons">\(Button("Send the file", icon: .arrowRight))</div></form>
            """
    }

    private var file: HTML {
        let error: HTML? = form.message("file").map {
            "<p class=\"field-error\" id=\"f-file-error\">\(Icon.stop)\($0)</p>"
        }
        let described = error == nil ? "f-file-hint" : "f-file-hint f-file-error"
        return """
            <div class="field\(error == nil ? "" : " has-error")"><label for="f-file">File</label>\
            <p class="hint" id="f-file-hint">CSV or Excel, at most \(mostMiB) MiB.</p>\(error)\
            <input type="file" id="f-file" name="file" aria-describedby="\(described)" \
            accept=".csv,.xlsx,.xlsm,text/csv"></div>
            """
    }

    private var kinds: HTML {
        let entries = ImportKind.allCases.map { kind -> HTML in
            let link = Button(
                "Template", href: "/bags/api/v1/imports/templates/\(kind.rawValue)", weight: .quiet, icon: .download,
                spoken: "Template for \(kind.title)")
            return """
                <div><dt>\(kind.title)</dt><dd><p>\(ImportsPage.explanation(kind))</p>\(link)</dd></div>
                """
        }
        return "<dl class=\"facts\">\(entries)</dl>"
    }

    private static func explanation(_ kind: ImportKind) -> String {
        switch kind {
        case .packing:
            "One code or label a row, in the first column: the bags of a sack, and below them the sack that closes them."
        case .bags: "Columns code, parent_code, lot, test_date, area_code; only code has to be there."
        case .bills:
            "Columns bill_code, capacity, area_code, description, consignee, destination; the first two have to be there."
        case .billParents: "Columns bill_code and parent_code: a sack onto an open bill in each row."
        }
    }

    private var list: HTML {
        guard !rows.isEmpty else {
            return EmptyState(
                "Nothing imported yet", detail: "Send a file above; it is only tried until you say otherwise.",
                icon: .plus
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("File"), .init("Holds"), .init("State"), .init("Taken", .number), .init("As before", .number),
            .init("Refused", .number), .init("By"), .init("When"),
        ]
        let table = DataTable(caption: "Imports so far", columns: columns, rows: rows.map(line))
        return table.framed
    }

    private func line(_ row: Row) -> DataTable.Row {
        let link: HTML = "<a href=\"/bags/imports/\(row.id)\">\(row.file)</a>"
        let trial = row.isDryRun ? Badge("Dry run", tone: .info) : nil
        return DataTable.Row([
            link, "\(ImportKind(rawValue: row.kind)?.title ?? row.kind)",
            "<span>\(state(row)) \(trial)</span>", "\(GroupedNumber(row.counts.ok).text)",
            "\(GroupedNumber(row.counts.unchanged).text)", "\(GroupedNumber(row.counts.rejected).text)",
            "\(row.person)", frame.time(row.at).html,
        ])
    }

    /// The state in the list. A file of which nothing could be taken is not simply done.
    private func state(_ row: Row) -> Badge {
        let counts = row.counts
        let isInVain = row.state == "succeeded" && counts.rejected > 0 && counts.ok + counts.unchanged == 0
        return isInVain ? Badge("Nothing taken", tone: .warn, icon: .warning) : ImportPage.badge(row.state)
    }
}
