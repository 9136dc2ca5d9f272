import Portico

/// `GET /bags/summary`: what was done in a day, beside the day before. In the query: `date`, `area_code`.
///
/// POST `/bags/summary/send` with `_csrf`, `idempotency_key` and `date` mails it to those who have not got it.
struct SummaryPage: BagPage {
    var frame: BagFrame
    var summary: DailySummary
    /// The same figures of the day before.
    var before: DayActs
    /// What was chosen as the day, as it came.
    var date: String
    var areaCode = ""
    /// The areas to choose from.
    var areas: [Choice] = []
    var messages: [FieldMessage] = []

    var title: String { "Daily summary" }
    var place: BagSection? { .summary }

    private var day: WarehouseDay { summary.subject.day }

    var content: HTML {
        """
        \(PageHeading("Daily summary", subtitle: subtitle))
        \(ErrorSummary(messages))\(filters)\(steps)
        <div class="stack">\(summary.acts.isEmpty && summary.bills.isEmpty ? quiet : figures)\(sending)</div>
        """
    }

    private var subtitle: HTML {
        let scope = summary.subject.scope.userID == nil ? "Everybody" : "Your acts and bills"
        let area = areas.first { $0.value == areaCode }?.label ?? "all areas"
        let state =
            summary.isFinal
            ? "The day is over: its figures no longer change." : "The day is not over: figures so far."
        return "\(SummaryWords.day(day)), \(frame.zone.name). \(scope), \(area). \(state)"
    }

    private var filters: FilterBar {
        let field = FilterFields(messages: messages)
        return FilterBar(
            action: "/bags/summary",
            fields: """
                \(field.day("date", "Day", date))\
                \(areas.isEmpty ? nil : field.choice("area_code", "Area", areaCode, areas))
                """, label: "Choose a day")
    }

    /// The days beside this one, and printing.
    private var steps: HTML {
        let next = WarehouseDay(date: day.date.adding(days: 1))
        let forward: Button? =
            next.from > frame.now
            ? nil : Button(SummaryWords.day(next), href: address(next), icon: .arrowRight, spoken: "The next day")
        return """
            <div class="buttons walk">\
            \(Button(SummaryWords.day(day.before), href: address(day.before), icon: .arrowLeft, spoken: "The day before"))\
            \(forward)<button type="button" class="button secondary" data-print hidden>\(Icon.printer)<span>Print</span>\
            </button></div>
            """
    }

    private func address(_ day: WarehouseDay) -> String {
        PageAddress("/bags/summary", ["date": day.date.text, "area_code": areaCode]).text
    }

    private var quiet: HTML {
        EmptyState(
            summary.isFinal ? "Nothing was recorded on this day" : "Nothing has been recorded on this day yet",
            detail: "Scans, bills, imports and returns show here as soon as they are made.", icon: .calendar,
            actions: [Button("Look at the day before", href: address(day.before), icon: .arrowLeft)]
        ).html
    }

    private var figures: HTML {
        "\(totals)\(outcomes)\(people)\(bills)"
    }

    private func section(_ id: String, _ title: String, _ table: DataTable) -> HTML {
        """
        <section class="block" aria-labelledby="\(id)-title"><h2 id="\(id)-title">\(title)</h2>\(table)</section>
        """
    }

    private var totals: HTML {
        let figures = zip(SummaryWords.totals(summary.acts), SummaryWords.totals(before))
        let rows = figures.map { now, earlier -> DataTable.Row in
            DataTable.Row(["\(now.label)", "\(now.value)", "\(earlier.value)", SummaryWords.change(now, earlier)])
        }
        let columns: [DataTable.Column] = [
            .init("Figure"), .init(SummaryWords.day(day), .number), .init(SummaryWords.day(day.before), .number),
            .init("Change", .number),
        ]
        return section("totals", "Totals", DataTable(caption: "Totals", columns: columns, rows: rows, narrow: .table))
    }

    private var outcomes: HTML? {
        let counted = ScanOutcome.allCases.filter { (summary.acts.scans[$0] ?? 0) + (before.scans[$0] ?? 0) > 0 }
        guard !counted.isEmpty else { return nil }
        let rows = counted.map { outcome -> DataTable.Row in
            let now = SummaryWords.count(outcome.rawValue, summary.acts.scans[outcome] ?? 0)
            let earlier = SummaryWords.count(outcome.rawValue, before.scans[outcome] ?? 0)
            return DataTable.Row([
                BagWords.outcome(outcome.rawValue).html, "\(now.value)", "\(earlier.value)",
                SummaryWords.change(now, earlier),
            ])
        }
        let columns: [DataTable.Column] = [
            .init("Outcome"), .init(SummaryWords.day(day), .number), .init(SummaryWords.day(day.before), .number),
            .init("Change", .number),
        ]
        return section(
            "scans", "Scans", DataTable(caption: "Scans by outcome", columns: columns, rows: rows, narrow: .table))
    }

    private var people: HTML? {
        let entries = summary.acts.byUser
        guard !entries.isEmpty else { return nil }
        let rows = entries.map { entry -> DataTable.Row in
            DataTable.Row([
                "\(summary.names[entry.id] ?? "Account \(entry.id)")", GroupedNumber(entry.acts.childrenLinked).html,
                GroupedNumber(entry.acts.childrenUndone).html, GroupedNumber(entry.acts.billsCreated).html,
            ])
        }
        let columns: [DataTable.Column] = [
            .init("Person"), .init("Bags linked", .number), .init("Undone", .number), .init("Bills created", .number),
        ]
        return section(
            "people", "By person", DataTable(caption: "By person", columns: columns, rows: rows, narrow: .table))
    }

    private var bills: HTML? {
        guard !summary.bills.isEmpty else { return nil }
        let columns: [DataTable.Column] = [
            .init("Bill"), .init("State now"), .init("Sacks", .number), .init("Bags", .number),
            .init("Weight", .number), .init("Missing", .number), .init("Created"),
        ]
        let table = DataTable(caption: "Bills created", columns: columns, rows: summary.bills.map(line))
        return section("bills", "Bills created", table)
    }

    private func line(_ bill: DailySummary.Bill) -> DataTable.Row {
        DataTable.Row([
            "<a href=\"/bags/bills/\(bill.id)\">\(bill.code)</a>", BagWords.billState(bill.state).html,
            GroupedNumber(bill.totals.linkedCount).html, GroupedNumber(bill.totals.childCount).html,
            "\(BagWords.weight(bill.totals.actualWeightGrams))", "\(BagWords.weight(-bill.totals.varianceGrams))",
            frame.time(bill.createdAt, .time).html,
        ])
    }

    private var sending: HTML? {
        guard frame.may("summary.send"), summary.isFinal else { return nil }
        let form = PageForm(
            action: "/bags/summary/send", guarding: frame.guarding(),
            fields: "<input type=\"hidden\" name=\"date\" value=\"\(day.date.text)\">",
            buttons: "\(Button("Send it to those who have not got it", weight: .secondary, icon: .arrowRight))")
        return """
            <section class="block" aria-labelledby="send-title"><h2 id="send-title">By mail</h2>\
            <p class="note">Every administrator gets the whole day, every biller with an act or bill the own part, \
            each once.</p>\(form)</section>
            """
    }
}
