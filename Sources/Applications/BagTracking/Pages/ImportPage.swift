import Portico

/// `GET /bags/imports/{id}`: one import, live while it runs.
///
/// | POST | fields besides `_csrf` and `idempotency_key` |
/// |---|---|
/// | `/bags/imports/{id}/run` | none: imports the file of a dry run |
/// | `/bags/imports/{id}/cancel` | none |
struct ImportPage: BagPage {
    var frame: BagFrame
    var row: ImportsPage.Row
    var onError: String
    var area: String?
    var done: Int64
    var total: Int64?
    /// Why it failed, in words.
    var failure: String?
    var errors: [ImportRowError]
    /// Whether the file is still kept.
    var isKept: Bool

    var title: String { "Import \(row.file)" }
    var place: BagSection? { .imports }
    var scripts: [String] { isOver ? ["portico.js"] : ["portico.js", "bags/imports.js"] }

    private var isOver: Bool { ["succeeded", "failed", "cancelled"].contains(row.state) }

    var content: HTML {
        """
        \(PageHeading("\(row.file)", subtitle: subtitle, back: ("Imports", "/bags/imports")))
        \(state)<div class="stack">\(actions)\(figures)\(problems)</div>
        """
    }

    private var subtitle: HTML {
        let kind = ImportKind(rawValue: row.kind)?.title ?? row.kind
        return row.isDryRun ? "\(kind), dry run: nothing is written" : "\(kind)"
    }

    private var state: HTML {
        switch row.state {
        case "succeeded" where row.isDryRun && row.counts.errors == 0:
            notice("Every row can be taken", .good, "Nothing has been written yet.")
        case "succeeded" where row.isDryRun:
            notice(
                "\(BagWords.count(row.counts.rejected, "row", "rows")) would be refused", .warn,
                "Correct the file and send it again, or take the other rows.")
        case "succeeded" where row.counts.rejected > 0 && row.counts.ok + row.counts.unchanged == 0:
            notice("Nothing was imported", .warn, "Every row was refused. The reasons are below.")
        case "succeeded" where row.counts.rejected > 0:
            notice("Imported, without \(BagWords.count(row.counts.rejected, "refused row", "refused rows"))", .warn, "")
        case "succeeded": notice("Imported", .good, "")
        case "failed": notice("Not imported", .bad, failure ?? "Something went wrong here.")
        case "cancelled": notice("Cancelled", .warn, "What was written before stays.")
        default: progress
        }
    }

    private func notice(_ title: String, _ tone: Tone, _ detail: String) -> HTML {
        let notice = Notice(title, tone: tone, detail: "\(detail)")
        return "<div class=\"notices\">\(notice)</div>"
    }

    private var progress: HTML {
        let most = max(total ?? 0, 1)
        let words =
            total.map { "\(GroupedNumber(Int(done)).text) of \(GroupedNumber(Int($0)).text) rows" }
            ?? "Waiting for its turn"
        return """
            <section class="block" aria-labelledby="import-progress" data-job="\(row.id)">\
            <h2 id="import-progress">Under way</h2>\
            <progress max="\(most)" value="\(done)" aria-labelledby="import-progress"></progress>\
            <p role="status" data-words>\(words)</p>\
            <p class="note">The page follows by itself; without script, reload it. You may leave, a mail tells you when it is \
            done.</p></section>
            """
    }

    private var figures: HTML {
        let counts = row.counts
        let warnings =
            counts.warnings.sorted { $0.key < $1.key }.map { "\($0.key.replacing("_", with: " ")): \($0.value)" }
            + (counts.numericCells > 0 ? ["codes kept as numbers: \(counts.numericCells)"] : [])
        let list = DefinitionList([
            "Taken": "\(GroupedNumber(counts.ok).text)", "As they were": "\(GroupedNumber(counts.unchanged).text)",
            "Refused": "\(GroupedNumber(counts.rejected).text)", "New sacks": number(counts.parents),
            "New bags": number(counts.children), "Bags into sacks": number(counts.links),
            "New bills": number(counts.bills), "Sacks onto bills": number(counts.billParents),
            "Warnings": warnings.isEmpty ? nil : "\(warnings.joined(separator: ", "))",
            "Area": area.map { "\($0)" },
            "When rows are wrong": "\(onError == "abort" ? "Take nothing" : "Take the good ones")",
            "By": "\(row.person), \(frame.time(row.at))",
        ])
        return "<section class=\"block\" aria-label=\"Result\">\(list)</section>"
    }

    private func number(_ count: Int) -> HTML? { count > 0 ? "\(GroupedNumber(count).text)" : nil }

    private var actions: HTML {
        if !isOver { return form("cancel", Button("Cancel", weight: .danger, icon: .stop)) }
        guard row.state == "succeeded", row.isDryRun else { return .empty }
        guard isKept else { return "<p class=\"note\">The file is no longer kept. Send it again to import it.</p>" }
        let isBarred = row.counts.errors > 0 && onError == "abort"
        if isBarred { return "<p class=\"note\">With errors nothing would be written. Correct the file first.</p>" }
        let label = row.counts.errors > 0 ? "Import the good rows now" : "Import now"
        return form("run", Button(label, icon: .check))
    }

    private func form(_ act: String, _ button: Button) -> HTML {
        PageForm(
            action: "/bags/imports/\(row.id)/\(act)", guarding: frame.guarding(act), buttons: "\(button)",
            arrangement: "bare"
        ).html
    }

    private var problems: HTML {
        guard !errors.isEmpty else { return .empty }
        let table = DataTable(
            caption: "Rows with errors",
            columns: [
                .init("Row", .number), .init("Sheet"), .init("Column", .code), .init("What is wrong"), .init("Value"),
            ],
            rows: errors.map { error in
                DataTable.Row([
                    "\(error.row)", "\(error.sheet)", "\(error.column)",
                    "<span>\(error.message) <span class=\"note code\">\(error.code)</span></span>",
                    "<span class=\"code\">\(error.value)</span>",
                ])
            })
        let files = [("csv", "CSV"), ("xlsx", "Excel")].map { suffix, label in
            Button(
                label, href: "/bags/api/v1/imports/\(row.id)/errors.\(suffix)", icon: .download,
                spoken: "All errors as \(label)"
            ).html
        }
        let more: HTML? =
            row.counts.errors > errors.count
            ? "<p class=\"note\">The first \(errors.count) of \(GroupedNumber(row.counts.errors).text). The files hold all.</p>"
            : nil
        return """
            <section class="block" aria-labelledby="import-errors"><h2 id="import-errors">Rows with errors</h2>\(more)\
            \(table.framed)<div class="buttons">\(files)</div></section>
            """
    }

    /// The state of a job.
    static func badge(_ state: String) -> Badge {
        switch state {
        case "queued": Badge("Waiting", tone: .neutral, icon: .clock)
        case "running": Badge("Under way", tone: .info, icon: .half)
        case "succeeded": Badge("Done", tone: .good, icon: .check)
        case "failed": Badge("Failed", tone: .bad, icon: .cross)
        default: Badge("Cancelled", tone: .warn, icon: .stop)
        }
    }
}
