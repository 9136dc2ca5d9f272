import PorticoJSON
import PorticoSQL
import PorticoValues

/// One sign-in at a time, where operators want it so: whoever signs in, in a browser or as a program, ends everything
/// else the account is signed in with. Keys of machines go on; a renewal of tokens is no sign-in.
extension SessionStore {
    /// Ends what an account is signed in with, ahead of what is about to begin, where it may be signed in only once.
    ///
    /// The row of the account is locked until the transaction ends: of two that sign in at once the second waits, sees
    /// what the first has begun and ends it. Credentials stay as they are, so nobody who is half-way through signing in
    /// is refused: who comes last stays.
    func endElsewhere(_ account: Account, by cause: AuditEntry.Cause, in transaction: Transaction) throws {
        guard settings.isSingle else { return }
        _ = try transaction.first(
            "accounts.lock_single",
            "SELECT id FROM accounts WHERE id = \(account.id)\(transaction.dialect.forUpdate)"
        ) { try Int64.read($0, 0) }
        let browsers = try transaction.scalar(
            "sessions.count_valid",
            "SELECT count(*) FROM sessions WHERE account_id = \(account.id) AND \(settings.isValid(at: cause.at))",
            as: Int64.self)
        let programs = try transaction.scalar(
            "token_families.count_valid",
            "SELECT count(*) FROM token_families WHERE account_id = \(account.id) AND expires_at > \(cause.at)",
            as: Int64.self)
        try revokeAll(of: account.id, in: transaction)
        // What had ended unused is no news.
        guard let browsers, let programs, browsers + programs > 0 else { return }
        try transaction.audit(
            cause.entry(
                "account.sessions_ended", entity: String(account.id),
                after: ["cause": "single_session", "browsers": .integer(browsers), "programs": .integer(programs)]))
    }
}

extension AuditEntry.Cause {
    /// The doing of somebody who signs in, and by that has shown who it is.
    init(signingIn account: Account, address: String, requestID: String?, at now: Instant) {
        self.init(at: now)
        actorID = account.id
        self.requestID = requestID
        ip = address
    }
}
