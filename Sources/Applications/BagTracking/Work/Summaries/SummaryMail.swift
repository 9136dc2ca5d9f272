import Portico

/// The mail that tells somebody of a day (rule R40), as text and as HTML.
struct SummaryMail {
    let summary: DailySummary
    let publicURL: String

    /// The mail to a recipient.
    func mail(to recipient: SummaryMails.Recipient) -> Mail {
        Mail(
            to: recipient.address, subject: "Bag tracking: \(summary.subject.day.date.text)",
            text: text(for: recipient.name), html: html(for: recipient.name))
    }

    private var opening: String {
        summary.subject.scope.userID == nil
            ? "this is what happened in all areas on \(SummaryWords.day(summary.subject.day))."
            : "these are your acts and bills of \(SummaryWords.day(summary.subject.day))."
    }

    private var address: String { "\(publicURL)/bags/summary?date=\(summary.subject.day.date.text)" }

    private func name(_ id: Int64) -> String { summary.names[id] ?? "Account \(id)" }

    // MARK: - Text

    private func text(for person: String) -> String {
        var parts = ["Hello \(person),", opening]
        if summary.acts.isEmpty, summary.bills.isEmpty {
            parts.append("Nothing was recorded.")
        } else {
            parts.append(SummaryWords.totals(summary.acts).map { "\($0.label): \($0.value)" }.joined(separator: "\n"))
            if !summary.acts.byUser.isEmpty {
                parts.append("By person\n" + summary.acts.byUser.map(line).joined(separator: "\n"))
            }
            if !summary.bills.isEmpty {
                parts.append("Bills created\n" + summary.bills.map(line).joined(separator: "\n"))
            }
        }
        parts.append(address)
        return parts.joined(separator: "\n\n") + "\n"
    }

    private func line(_ entry: (id: Int64, acts: DayActs.Person)) -> String {
        let acts = entry.acts
        return "\(name(entry.id)): \(BagWords.count(acts.childrenLinked, "bag", "bags")) linked, "
            + "\(acts.childrenUndone) undone, \(BagWords.count(acts.billsCreated, "bill", "bills")) created"
    }

    private func line(_ bill: DailySummary.Bill) -> String {
        "\(bill.code) (\(bill.state)): \(BagWords.count(bill.totals.linkedCount, "sack", "sacks")), "
            + "\(BagWords.count(bill.totals.childCount, "bag", "bags")), "
            + "\(BagWords.weight(bill.totals.actualWeightGrams)) of \(BagWords.weight(bill.totals.expectedWeightGrams))"
    }

    // MARK: - HTML

    /// Mail programs know no style sheet; what there is of style stands on the elements.
    private func html(for person: String) -> HTML {
        let isQuiet = summary.acts.isEmpty && summary.bills.isEmpty
        let facts: HTML = isQuiet ? "<p>Nothing was recorded.</p>" : "\(totals)\(people)\(bills)"
        return """
            <!doctype html><html lang="en"><body><p>Hello \(person),</p><p>\(opening)</p>\(facts)\
            <p><a href="\(address)">\(address)</a></p></body></html>
            """
    }

    private var totals: HTML {
        table("Totals", [], SummaryWords.totals(summary.acts).map { [$0.label, $0.value] })
    }

    private var people: HTML? {
        guard !summary.acts.byUser.isEmpty else { return nil }
        let rows = summary.acts.byUser.map { entry in
            [name(entry.id)]
                + [entry.acts.childrenLinked, entry.acts.childrenUndone, entry.acts.billsCreated].map {
                    GroupedNumber($0).text
                }
        }
        return table("By person", ["Person", "Bags linked", "Undone", "Bills created"], rows)
    }

    private var bills: HTML? {
        guard !summary.bills.isEmpty else { return nil }
        let rows = summary.bills.map { bill in
            [
                bill.code, bill.state, GroupedNumber(bill.totals.linkedCount).text,
                GroupedNumber(bill.totals.childCount).text, BagWords.weight(bill.totals.actualWeightGrams),
                BagWords.weight(bill.totals.varianceGrams),
            ]
        }
        return table("Bills created", ["Bill", "State", "Sacks", "Bags", "Weight", "Missing"], rows)
    }

    private func table(_ title: String, _ heads: [String], _ rows: [[String]]) -> HTML {
        let head: HTML? =
            heads.isEmpty
            ? nil : "<tr>\(heads.map { "<th align=\"left\" style=\"padding:2px 16px 2px 0\">\($0)</th>" as HTML })</tr>"
        let lines = rows.map { row -> HTML in
            "<tr>\(row.map { "<td style=\"padding:2px 16px 2px 0\">\($0)</td>" as HTML })</tr>"
        }
        return "<h2>\(title)</h2><table>\(head)\(lines)</table>"
    }
}
