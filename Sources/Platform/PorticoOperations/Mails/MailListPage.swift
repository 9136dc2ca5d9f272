import PorticoJobs
import PorticoPages

/// `/ops/mail`: mails by state, recipient, kind and subject, the newest first.
struct MailListPage: ConsolePage {
    var frame: ConsoleFrame
    var search: MailSearch
    var mails: [MailRecord]
    var counts: [MailStanding: Int]
    /// Whether no server is set that takes mails.
    var keepsMails: Bool
    var cursor: String?
    var nextCursor: String?

    var title: String { "Mail" }
    var part: ConsolePart { .mail }

    private var isNarrowed: Bool { search != MailSearch() }
    private var base: String { frame.address("/mail") }

    var content: HTML {
        """
        \(PageHeading(
            "Mail", subtitle: "The newest first.",
            actions: [Button("Held back", href: frame.address("/suppressions"), icon: .stop)]))\
        <div class="stack">\(MailListPage.quiet(keepsMails))<div class="tiles">\(tiles)</div><div>\(filters)</div>\
        \(list)</div>\
        \(CursorPager(address: address, cursor: cursor, next: nextCursor))
        """
    }

    /// One sentence where nothing is sent.
    private static func quiet(_ keepsMails: Bool) -> HTML? {
        guard keepsMails else { return nil }
        return """
            <p class="note">No mail server is set, so mails stay here: set <code>mail.smtp_host</code> to send them.</p>
            """
    }

    private var address: PageAddress {
        PageAddress(
            base,
            [
                "state": search.standing?.rawValue, "to": search.recipient, "kind": search.kind, "q": search.text,
            ])
    }

    private var tiles: [StatTile] {
        MailStanding.allCases.map { standing in
            let badge = MailWords.badge(standing)
            let count = counts[standing] ?? 0
            let isMore = count > MailQueue.mostCounted
            return StatTile(
                badge.word, value: min(count, MailQueue.mostCounted),
                href: PageAddress(base, ["state": standing.rawValue]).text, detail: isMore ? "or more" : nil,
                tone: standing == .failed && count > 0 ? .bad : .neutral, icon: badge.icon)
        }
    }

    private var filters: FilterBar {
        let states = [Choice("", "All")] + MailStanding.allCases.map { Choice($0.rawValue, MailWords.badge($0).word) }
        let state = SelectField(
            "state", label: "State", value: search.standing?.rawValue ?? "", choices: states, presence: .free)
        let recipient = TextField(
            "to", label: "To, or how it begins", value: search.recipient, kind: .search, presence: .free, maxLength: 254
        )
        let kind = TextField(
            "kind", label: "Kind, or how it begins", value: search.kind, kind: .search, presence: .free, maxLength: 100)
        let text = TextField(
            "q", label: "In the subject", value: search.text, kind: .search, presence: .free, maxLength: 200)
        return FilterBar(action: base, fields: "\(state)\(recipient)\(kind)\(text)", clear: isNarrowed ? base : nil)
    }

    private var list: HTML {
        guard !mails.isEmpty else {
            return EmptyState(
                isNarrowed ? "No mail fits" : "No mail yet",
                detail: search.kind.isEmpty && search.text.isEmpty
                    ? "Mails are kept for thirty days."
                    : "The newest \(GroupedNumber(MailSearch.reach).text) mails were looked at.",
                icon: .list, actions: isNarrowed ? [Button("Show all", href: base)] : []
            ).html
        }
        let columns: [DataTable.Column] = [
            .init("Mail"), .init("State"), .init("To"), .init("Asked for"), .init("Tries", .number),
            .init("The server's answer"), .init("Do", .actions),
        ]
        return DataTable(caption: "Mails", columns: columns, rows: mails.map(line)).framed
    }

    private func line(_ mail: MailRecord) -> DataTable.Row {
        let path = "/mail/\(mail.id)"
        let didNotArrive = (mail.state == .failed || mail.isStranded) && mail.isAtRest && !mail.isForgotten
        let again =
            didNotArrive
            ? frame.form(
                "\(path)/send",
                Button(
                    "Send again", weight: .quiet, spoken: "Send mail \(mail.id) again",
                    confirm: "Send mail \(mail.id) again?")) : nil
        return DataTable.Row([
            """
            <a href="\(frame.address(path))" class="epc">\(MailWords.subject(mail))</a>\
            <span class="below">#\(mail.id) \(mail.kind)</span>
            """,
            MailWords.badge(mail).html, "<span class=\"code epc\">\(EmailText(mail.to))</span>",
            frame.time(mail.queuedAt), "\(mail.delivery?.attempt ?? 0)",
            MailWords.reply(mail) ?? .empty, again ?? .empty,
        ])
    }
}
