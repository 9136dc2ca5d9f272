import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Checks an address with its password and begins a session.
///
/// Unknown address, wrong password and inactive account can't be told apart: same answer, same work.
public struct SignIn: Sendable {
    private let database: Database
    private let hasher: PasswordHasher
    private let sessions: SessionStore

    /// Signing in to the application whose sessions these are.
    public init(database: Database, hasher: PasswordHasher, sessions: SessionStore) {
        self.database = database
        self.hasher = hasher
        self.sessions = sessions
    }

    /// Begins a session for whoever knows the password.
    /// - Parameters:
    ///   - head: the request; a session it already carries ends.
    ///   - address: the client's.
    /// - Throws: ``Problem`` 401 `invalid_credentials`; 503 when too many sign in at once.
    public func begin(
        email: String, password: String, head: RequestHead, address: String, at now: Instant
    ) async throws -> NewSession {
        let known = try await credentials(of: email)
        let usable = known.flatMap { $0.isActive ? $0.passwordHash : nil }
        let isRight = try await hasher.verify(password, against: usable)
        guard isRight, let known, let usable else { throw SignIn.refusal }
        let renewed = PasswordHasher.needsRehash(usable) ? try await hasher.hash(password) : nil
        return try await database.write { transaction in
            guard let account = try unchanged(known, in: transaction) else { throw SignIn.refusal }
            if let renewed { try replaceHash(of: account.id, usable, with: renewed, in: transaction) }
            return try sessions.begin(account, head: head, address: address, at: now, in: transaction)
        }
    }

    static let refusal = Problem(401, "invalid_credentials", "The email address or the password is wrong.")

    private struct Credentials: Sendable {
        let id: Int64
        let passwordHash: String?
        let isActive: Bool
        let version: Int64
    }

    private func credentials(of email: String) async throws -> Credentials? {
        // No text with a NUL byte can be an address; databases refuse to look for it.
        guard !email.utf8.contains(0) else { return nil }
        return try await database.read { reading in
            try reading.first(
                "accounts.credentials",
                """
                SELECT id, password_hash, is_active, credentials_version FROM accounts
                WHERE email_key = \(EmailAddress.key(of: email))
                """
            ) { row in
                Credentials(id: try row[0], passwordHash: try row[1], isActive: try row[2], version: try row[3])
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

    private func replaceHash(
        of id: Int64, _ old: String, with new: String, in transaction: Transaction
    ) throws {
        try transaction.execute(
            "accounts.rehash",
            "UPDATE accounts SET password_hash = \(new) WHERE id = \(id) AND password_hash = \(old)")
    }
}
