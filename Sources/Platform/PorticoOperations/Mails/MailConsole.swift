import PorticoHTTP
import PorticoIdentity
import PorticoJSON
import PorticoJobs
import PorticoSQL

/// What operators see of the mails of an application and do with them. Everything done is in the audit.
///
/// Codes and links that only their reader may use are shown to nobody in production: there a confidential mail has a
/// subject, times and the server's words, and what it says is not even read from the database.
public struct MailConsole: Sendable {
    let mails: MailQueue
    let database: Database
    let cursors: CursorSigner
    /// Whether the node serves people, and not only whoever develops or tests it.
    let isProduction: Bool
    /// Address people reach the node at; only links that begin with it can be followed from the page of a mail.
    let publicURL: String

    /// A console over the mails of an application.
    /// - Parameters:
    ///   - cursors: signs the positions of lists.
    ///   - isProduction: whether what confidential mails say stays hidden.
    ///   - publicURL: address people reach the node at, without a slash at the end.
    public init(
        mails: MailQueue, database: Database, cursors: CursorSigner, isProduction: Bool = true, publicURL: String
    ) {
        self.mails = mails
        self.database = database
        self.cursors = cursors
        self.isProduction = isProduction
        self.publicURL = publicURL
    }

    /// One mail with what it says, as far as that may be shown.
    struct OneMail: Sendable {
        let mail: MailRecord
        /// Nil where it is hidden, or forgotten.
        let content: MailContent?
    }

    /// Whether what a mail says may be shown here.
    func shows(_ mail: MailRecord) -> Bool { !(isProduction && mail.isConfidential) }

    /// One mail.
    /// - Throws: ``Problem`` 404; ``SQLError``.
    func mail(_ id: Int64, in session: some SQLSession) throws -> OneMail {
        guard let mail = try mails.record(id, in: session) else { throw MailConsole.noSuchMail }
        let isShown = shows(mail) && !mail.isForgotten
        return OneMail(mail: mail, content: isShown ? try mails.content(of: id, in: session) : nil)
    }

    private static var noSuchMail: Problem { Problem(404, "mail_not_found", "There is no such mail.") }

    // MARK: - Deeds

    /// What can be done with a mail.
    enum Deed: String, Sendable, CaseIterable {
        case send, discard

        var audited: String {
            switch self {
            case .send: "mail.sent_again"
            case .discard: "mail.discarded"
            }
        }
    }

    /// Whether something can be done with a mail. Sent again is what did not arrive; whoever develops sends anything again
    /// that still says something.
    func fits(_ deed: Deed, _ mail: MailRecord) -> Bool {
        switch deed {
        case .send: mail.isAtRest && !mail.isForgotten && (!isProduction || mail.state == .failed || mail.isStranded)
        case .discard: mail.standing != .sending
        }
    }

    /// Does something with a mail.
    /// - Throws: ``Problem`` 404 for a mail that is not there, 409 where it does not stand so; ``SQLError``.
    func act(_ deed: Deed, on id: Int64, by context: RequestContext) async throws {
        try await database.write { [self] transaction in
            guard let mail = try mails.record(id, in: transaction) else { throw MailConsole.noSuchMail }
            let isDone =
                switch deed {
                case .send: fits(deed, mail) ? try mails.sendAgain(id, in: transaction) : false
                case .discard: try mails.discard(id, in: transaction)
                }
            guard isDone else { throw MailConsole.refusal(mail) }
            try transaction.audit(AuditEntry(deed.audited, entity: "\(id)", before: mail.audited, by: context))
        }
    }

    private static func refusal(_ mail: MailRecord) -> Problem {
        let why =
            mail.isForgotten
            ? "What the mail said is forgotten: it can't be sent again."
            : "The mail is \(mail.standing.rawValue): that can't be done with it."
        return Problem(409, "mail_state", why)
    }

    // MARK: - Suppressions

    /// One address that nothing is sent to.
    /// - Throws: ``Problem`` 404; ``SQLError``.
    func suppression(_ address: String, in session: some SQLSession) throws -> MailSuppression {
        guard let found = try mails.suppressed(address, in: session) else { throw MailConsole.noSuchSuppression }
        return found
    }

    private static var noSuchSuppression: Problem {
        Problem(404, "suppression_not_found", "This address is not among those that nothing is sent to.")
    }

    /// Sends nothing more to an address.
    /// - Throws: ``Problem`` 409 where it is so already, so that the server's words that caused it stay; ``SQLError``.
    func suppress(_ address: MailAddress, reason: String, by context: RequestContext) async throws -> MailSuppression {
        try await database.write { [self] transaction in
            guard try mails.suppressed(address.address, in: transaction) == nil else {
                throw Problem(409, "already_suppressed", "Nothing is sent to this address already.")
            }
            try mails.suppress(address.address, reason: reason, in: transaction)
            let key = MailAddress.key(address.address)
            try transaction.audit(
                AuditEntry("mail_suppression.added", entity: key, after: ["reason": .string(reason)], by: context))
            return try suppression(key, in: transaction)
        }
    }

    /// Sends to an address again.
    /// - Throws: ``Problem`` 404 for one that is not suppressed; ``SQLError``.
    func lift(_ address: String, by context: RequestContext) async throws {
        try await database.write { [self] transaction in
            let known = try suppression(address, in: transaction)
            guard try mails.unsuppress(address, in: transaction) else { throw MailConsole.noSuchSuppression }
            try transaction.audit(
                AuditEntry(
                    "mail_suppression.lifted", entity: known.address, before: ["reason": .string(known.reason)],
                    by: context))
        }
    }
}

extension MailRecord {
    /// As the audit keeps it: which it was, not what it said.
    fileprivate var audited: JSONValue {
        ["to": .string(to), "kind": .string(kind), "state": .string(standing.rawValue)]
    }
}
