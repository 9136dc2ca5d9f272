import PorticoSQL

/// Closing one's own account: nobody signs in to it any more. What it did stays, and an administrator can open it again; to
/// have its data erased is another thing (``PersonalData``).
struct AccountClosing: Sendable {
    let accounts: AccountStore
    /// Tells the owner; nil where no mail is sent.
    let letters: AccountLetters?
    /// What speaks against it, in the application.
    let rules: @Sendable (Account, Transaction) throws -> Void

    /// - Parameter rules: nil where people can't close their own accounts; then there is nothing to do it with.
    init?(
        _ rules: (@Sendable (Account, Transaction) throws -> Void)?, accounts: AccountStore, letters: AccountLetters?
    ) {
        guard let rules else { return nil }
        self.rules = rules
        self.accounts = accounts
        self.letters = letters
    }

    /// Closes a locked account and ends everything it is signed in with.
    /// - Throws: what the application's rules throw; ``SQLError``.
    func close(_ account: Account, by cause: AuditEntry.Cause, in transaction: Transaction) throws {
        try rules(account, transaction)
        _ = try accounts.change(id: account.id, AccountChange(isActive: false), in: transaction)
        if let letters { try letters.send(letters.closed(to: account.email), in: transaction) }
        try transaction.audit(cause.entry("account.closed", entity: String(account.id), by: account.id))
    }
}
