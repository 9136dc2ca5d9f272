import PorticoJSON
import PorticoJobs
import PorticoValues

/// How the mails of an application stand, as programs of operators see it.
struct MailOverviewAnswer: JSONRepresentable {
    let isKept: Bool
    let counts: [MailStanding: Int]

    static let schemaName = "MailOverview"
    static let example = MailOverviewAnswer(isKept: false, counts: [.waiting: 2, .sent: 140])

    func write(to object: inout JSONObjectWriter) {
        object.field("has_server", !isKept, "Whether a server is set that takes mails; without one they stay here")
        object.field("waiting", count(.waiting), "Mails that wait, 10,001 for more than 10,000 as with the others")
        object.field("sending", count(.sending), "Mails that a server is being asked to take")
        object.field("sent", count(.sent), "Mails that a server has taken over")
        object.field("kept", count(.kept), "Mails that stay here")
        object.field("failed", count(.failed), "Mails that were refused or tried as often as may be")
        object.field("suppressed", count(.suppressed), "Mails to addresses that nothing is sent to")
    }

    private func count(_ standing: MailStanding) -> Int { counts[standing] ?? 0 }
}

/// A mail as programs of operators see it.
struct OperatedMailAnswer: JSONRepresentable {
    private let mail: MailRecord?
    private let content: MailContent?

    init(_ mail: MailRecord, _ content: MailContent? = nil) {
        self.mail = mail
        self.content = content
    }

    private init() {
        mail = nil
        content = nil
    }

    static let schemaName = "OperatedMail"
    static let example = OperatedMailAnswer()

    func write(to object: inout JSONObjectWriter) {
        let asked = mail?.queuedAt ?? Instant(milliseconds: 1_795_258_800_000)
        object.field("id", id: mail?.id ?? 12, "Id")
        object.field("to", mail?.to ?? "asha@example.org", "Address it is for")
        object.field("name", mail?.name, "Name of whom it is for")
        object.field("subject", mail?.subject ?? "Import finished: bags.csv", "Its subject")
        object.field("kind", mail?.kind ?? "bags.import_finished", "What it is for; empty where nobody knows")
        object.field(
            "confidential", mail?.isConfidential ?? false,
            "Whether codes or links may stand in it that only its reader may use")
        object.field("state", mail?.standing ?? .failed, "How it stands")
        object.field("stranded", mail?.isStranded ?? false, "Whether it waits for a delivery that nobody does any more")
        object.field("attempt", mail == nil ? 1 : mail?.delivery?.attempt ?? 0, "Tries to deliver it")
        object.field("reply", mail == nil ? "550 5.7.1 refused" : mail?.reply, "The server's last words")
        object.field("message_id", mail?.messageID ?? "0197@example.org", "What receivers tell a repetition by")
        object.field("asked_at", asked, "When it was asked for")
        object.field("sent_at", mail?.sentAt, "When it left, was kept or was held back")
        object.field("job_id", id: mail?.delivery?.id, "The job that delivers it")
        object.field("forgotten", mail?.isForgotten ?? false, "Whether what it said is gone")
        object.optionalField(
            "text", mail == nil ? "All rows are in." : content?.text,
            "What it says; not there where that is hidden or forgotten, nor in lists")
        object.optionalField("html", content?.html, "The same in markup")
    }
}

/// An address that nothing is sent to, as programs of operators see it.
struct SuppressionAnswer: JSONRepresentable {
    let suppression: MailSuppression?

    static let schemaName = "MailSuppression"
    static let example = SuppressionAnswer(suppression: nil)

    func write(to object: inout JSONObjectWriter) {
        let since = suppression?.since ?? Instant(milliseconds: 1_795_258_800_000)
        object.field("address", suppression?.address ?? "asha@example.org", "The address, in small letters")
        object.field(
            "reason", suppression?.reason ?? "RCPT: 550 5.1.1 no such user", "The server's words, or an operator's")
        object.field("since", since, "Since when nothing is sent to it")
    }
}
