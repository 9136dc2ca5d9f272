import PorticoSQL
import PorticoValues

extension RetentionRule {
    /// How long identity keeps what is worth nothing any more. Sessions, tokens, failures to sign in and kept answers
    /// have ends of their own (``Identity/purge(at:)``).
    static let identity: [RetentionRule] = [
        .rows(
            "mail_allowances", of: "mail_allowances", by: "ends_at", keptFor: .seconds(0), key: "subject",
            isAudited: false),
        .rows(
            "mailed_links", of: "mailed_links", by: "expires_at", keptFor: .seconds(0), key: "token_hash",
            isAudited: false),
        .custom("mail_codes", isAudited: false) { now, _, transaction in
            // One row for each account and purpose at the most, so all at once.
            try transaction.execute("mail_codes.purge", "DELETE FROM mail_codes WHERE expires_at <= \(now)")
        },
        .custom("phones", isAudited: false) { now, _, transaction in
            // Numbers whose code nobody has shown. One row for each account at the most, so all at once.
            let unknown = try transaction.execute(
                "phones.purge", "DELETE FROM phones WHERE number IS NULL AND pending_until <= \(now)")
            return try transaction.execute(
                "phones.purge_pending",
                "UPDATE phones SET pending = NULL, pending_until = NULL WHERE pending_until <= \(now)") + unknown
        },
        .custom("known_browsers", isAudited: false) { now, _, transaction in
            // A few rows for each account at the most, so all at once.
            try transaction.execute("known_browsers.purge", "DELETE FROM known_browsers WHERE expires_at <= \(now)")
        },
        .rows("api_keys", of: "api_keys", by: "expires_at", keptFor: .days(90)),
    ]

    /// Invitations nobody has accepted are withdrawn some time after their link has ended: their accounts hold the name
    /// and address of somebody who never agreed to it.
    static func invitations(
        _ invitations: InvitationStore, withdrawn: @escaping @Sendable (Invitation, Transaction) throws -> Void
    ) -> RetentionRule {
        .custom("invitations", isAudited: false) { now, limit, transaction in
            let due = try transaction.all(
                "invitations.due",
                """
                SELECT account_id FROM invitations WHERE expires_at <= \(now - .days(90))
                ORDER BY expires_at LIMIT \(limit)
                """
            ) { try Int64.read($0, 0) }
            for id in due {
                let cause = AuditEntry.Cause(at: now)
                guard let invitation = try invitations.withdraw(id: id, by: cause, in: transaction) else { continue }
                try withdrawn(invitation, transaction)
            }
            return due.count
        }
    }
}
