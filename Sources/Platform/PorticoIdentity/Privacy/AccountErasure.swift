import PorticoSQL

/// Makes an account nobody's: what it was called, how it signed in and everything it was signed in with are gone. The row
/// stays, because history refers to its id, and so does the audit.
struct AccountErasure: Sendable {
    let sessions: SessionStore
    let lockout: Lockout

    /// What belongs to an account and goes with it: rows that let it in, or did.
    private static let tables = [
        "second_factors", "recovery_codes", "api_keys", "mail_codes", "mailed_links", "invitations",
        "known_browsers", "former_passwords", "phones",
    ]

    /// Erases a locked account.
    /// - Returns: rows removed, by table.
    func erase(_ account: Account, in transaction: Transaction) throws -> [(table: String, rows: Int)] {
        try lockout.forgive(email: account.email, in: transaction)
        var removed = try AccountErasure.tables.map { table in
            let rows = try transaction.execute(
                "\(table).erase", "DELETE FROM \(SQL(trusted: table)) WHERE account_id = \(account.id)")
            return (table: table, rows: rows)
        }
        for table in ["sessions", "token_families"] {
            let rows = try transaction.scalar(
                "\(table).count_own",
                "SELECT count(*) FROM \(SQL(trusted: table)) WHERE account_id = \(account.id)", as: Int.self)
            removed.append((table: table, rows: rows ?? 0))
        }
        try sessions.revokeAll(of: account.id, in: transaction)
        try anonymise(account.id, in: transaction)
        return removed
    }

    /// Leaves erased accounts out of a list: a condition on the table `accounts`, called `a`.
    static let isKnown: SQL = "a.email_key NOT LIKE 'erased-%@erased.invalid'"

    /// The domain can't exist (RFC 2606 §2), so nobody gets a mail for it.
    private func anonymise(_ id: Int64, in transaction: Transaction) throws {
        let address = "erased-\(id)@erased.invalid"
        try transaction.execute(
            "accounts.erase",
            """
            UPDATE accounts SET email = \(address), email_key = \(address), name = \("Erased person \(id)"),
                password_hash = NULL, password_set_at = NULL, is_active = 0, has_second_factor = 0,
                last_seen_at = NULL, credentials_version = credentials_version + 1
            WHERE id = \(id)
            """)
    }
}
