import Portico

/// The mail that tells somebody of a day (rule R40).
struct SummaryMail {
    let summary: DailySummary
    let settings: BagSettings

    /// The mail to a recipient.
    func mail(to recipient: SummaryMails.Recipient) -> Mail {
        let isQuiet = summary.acts.isEmpty && summary.bills.isEmpty
        var blocks: [MailLetter.Block] = [.paragraph("Hello \(recipient.name),"), .paragraph(opening)]
        blocks += isQuiet ? [MailLetter.Block.paragraph("Nothing was recorded.")] : tables
        blocks.append(.button("Open the day", address: address))
        let letter = MailLetter(
            "Bag tracking: \(summary.subject.day.date.text)", from: settings.office, blocks)
        return Mail(to: recipient.address, letter)
    }

    private var opening: LetterText {
        summary.subject.scope.userID == nil
            ? "this is what happened in all areas on \(SummaryWords.day(summary.subject.day))."
            : "these are your acts and bills of \(SummaryWords.day(summary.subject.day))."
    }

    private var address: String {
        "\(settings.publicURL)/bags/summary?date=\(summary.subject.day.date.text)"
    }

    private func name(_ id: Int64) -> String { summary.names[id] ?? "Account \(id)" }

    private var tables: [MailLetter.Block] {
        [totals, people, bills].filter { !$0.rows.isEmpty }.map { MailLetter.Block.table($0) }
    }

    private var totals: LetterTable {
        LetterTable("Totals", rows: SummaryWords.totals(summary.acts).map { ["\($0.label)", "\($0.value)"] })
    }

    private var people: LetterTable {
        let rows = summary.acts.byUser.map { entry -> [LetterText] in
            let counts = [entry.acts.childrenLinked, entry.acts.childrenUndone, entry.acts.billsCreated]
            return ["\(name(entry.id))"] + counts.map { LetterText(value: GroupedNumber($0).text) }
        }
        return LetterTable("By person", heads: ["Person", "Bags linked", "Undone", "Bills created"], rows: rows)
    }

    private var bills: LetterTable {
        let rows = summary.bills.map { bill -> [LetterText] in
            [
                "\(bill.code)", "\(bill.state)", "\(GroupedNumber(bill.totals.linkedCount).text)",
                "\(GroupedNumber(bill.totals.childCount).text)", "\(BagWords.weight(bill.totals.actualWeightGrams))",
                "\(BagWords.weight(bill.totals.varianceGrams))",
            ]
        }
        return LetterTable(
            "Bills created", heads: ["Bill", "State", "Sacks", "Bags", "Weight", "Missing"], rows: rows)
    }
}
