import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Checks an address with its password and lets its owner in.
///
/// Unknown address, wrong password and inactive account can't be told apart: same answer, same work. After too many
/// failures nobody gets in for a while, not with the right password either (``Lockout``).
public struct SignIn: Sendable {
    let lockout: Lockout
    private let database: Database
    private let hasher: PasswordHasher
    private let sessions: SessionStore

    /// Signing in to the application whose sessions these are.
    public init(database: Database, hasher: PasswordHasher, sessions: SessionStore, lockout: Lockout) {
        self.database = database
        self.hasher = hasher
        self.sessions = sessions
        self.lockout = lockout
    }

    /// Begins a session for whoever knows the password.
    /// - Parameter head: the request; a session it already carries ends.
    /// - Throws: ``Problem`` 401 `invalid_credentials`; 429 `account_locked`; 503 when too many sign in at once.
    public func begin(_ attempt: SignInAttempt, head: RequestHead, at now: Instant) async throws -> NewSession {
        try await admit(attempt, at: now) { [sessions] account, transaction in
            try sessions.begin(account, head: head, address: attempt.address, at: now, in: transaction)
        }
    }

    /// Does `grant` for the account, in the transaction that lets its owner in.
    /// - Throws: as ``begin(_:head:at:)``, and what `grant` throws.
    func admit<Grant: Sendable>(
        _ attempt: SignInAttempt, at now: Instant,
        _ grant: @escaping @Sendable (Account, Transaction) throws -> Grant
    ) async throws -> Grant {
        let known = try await credentials(of: attempt.email)
        let usable = known.flatMap { $0.isActive ? $0.passwordHash : nil }
        let isRight = try await hasher.verify(attempt.password, against: usable)
        let outcome = try await database.write { transaction -> Outcome<Grant> in
            let subjects = lockout.subjects(email: attempt.email, address: attempt.address)
            if let wait = try lockout.wait(subjects, at: now, in: transaction) {
                return .refused(Lockout.refusal(wait))
            }
            guard isRight, let known, let account = try unchanged(known, in: transaction) else {
                return .refused(try refuse(attempt, known, subjects, at: now, in: transaction))
            }
            try lockout.forgive(email: attempt.email, in: transaction)
            return .granted(try grant(account, transaction))
        }
        switch outcome {
        case .refused(let problem): throw problem
        case .granted(let granted):
            if let known, let usable { await renewHash(of: known.id, usable, attempt.password) }
            return granted
        }
    }

    static let refusal = Problem(401, "invalid_credentials", "The email address or the password is wrong.")
    /// Codes of the refusals that the form shows above its fields.
    static let formCodes: Set<String> = [refusal.code, "account_locked"]

    /// What a transaction decided. A refusal is counted, so it must not end the transaction as an error.
    private enum Outcome<Grant: Sendable>: Sendable {
        case granted(Grant)
        case refused(Problem)
    }

    private struct Credentials: Sendable {
        let id: Int64
        let role: String
        let passwordHash: String?
        let isActive: Bool
        let version: Int64
    }

    private func refuse(
        _ attempt: SignInAttempt, _ known: Credentials?, _ subjects: Lockout.Subjects, at now: Instant,
        in transaction: Transaction
    ) throws -> Problem {
        let failure = Lockout.Failure(
            subjects: subjects, accountID: known?.id, role: known?.role, address: attempt.address,
            requestID: attempt.requestID)
        return try lockout.note(failure, at: now, in: transaction).map(Lockout.refusal) ?? SignIn.refusal
    }

    private func credentials(of email: String) async throws -> Credentials? {
        // No text with a NUL byte can be an address; databases refuse to look for it.
        guard !email.utf8.contains(0) else { return nil }
        return try await database.read { reading in
            try reading.first(
                "accounts.credentials",
                """
                SELECT id, role, password_hash, is_active, credentials_version FROM accounts
                WHERE email_key = \(EmailAddress.key(of: email))
                """
            ) { row in
                Credentials(
                    id: try row[0], role: try row[1], passwordHash: try row[2], isActive: try row[3],
                    version: try row[4])
            }
        }
    }

    /// The account, locked, if its credentials are still those that were checked: a password changed in between wins.
    private func unchanged(_ known: Credentials, in transaction: Transaction) throws -> Account? {
        try transaction.first(
            "accounts.lock_unchanged",
            """
            SELECT \(Account.columns) FROM accounts
            WHERE id = \(known.id) AND is_active = 1 AND credentials_version = \(known.version)
            \(transaction.dialect.forUpdate)
            """
        ) { try Account($0) }
    }

    /// Replaces a hash that was made with other parameters. Only for whoever was let in: otherwise the time it takes
    /// would tell a locked-out guesser that the password was right. What fails is left to the next sign-in.
    private func renewHash(of id: Int64, _ old: String, _ password: String) async {
        guard PasswordHasher.needsRehash(old), let new = try? await hasher.hash(password) else { return }
        _ = try? await database.write { transaction in
            try transaction.execute(
                "accounts.rehash",
                "UPDATE accounts SET password_hash = \(new) WHERE id = \(id) AND password_hash = \(old)")
        }
    }
}
