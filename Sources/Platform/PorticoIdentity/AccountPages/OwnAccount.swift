import PorticoHTTP
import PorticoSQL
import PorticoValues

/// What people do with their own account, whoever asks for it: a program over the API or a form of a page.
///
/// Every method is one transaction with its audit row. Refusals are ``Problem``s that name the field of the API.
struct OwnAccount: Sendable {
    let database: Database
    let hasher: PasswordHasher
    let signIn: SignIn
    let accounts: AccountStore
    let authenticator: SessionAuthenticator
    let factors: SecondFactorStore
    let own: OwnSessions
    let cursors: CursorSigner
    let roles: RoleCatalog
    let phones: PhoneStore
    let passwords: PasswordRules
    /// Other addresses to sign in with; nil where no mail is sent.
    var addresses: AddressChangeStore?
    /// Closing one's account; nil where administrators do it.
    var closing: AccountClosing?

    /// The session of a request that passed the authenticator; gone only when it was revoked within the last moment.
    /// - Throws: ``Problem`` 401 `not_signed_in`.
    func current(_ context: RequestContext) async throws -> Session {
        guard let session = try await authenticator.session(of: context.request.head) else {
            throw Problem(401, "not_signed_in", "Sign in to go on.")
        }
        return session
    }

    /// One page of what the account is signed in with, and which of it this request came with.
    /// - Throws: ``Problem`` 422 `invalid_cursor`.
    func sessions(
        _ cursor: String?, limit: Int, by context: RequestContext
    ) async throws -> (items: [OwnSessionItem], next: String?) {
        let current = try await current(context)
        let accountID = current.principal.accountID
        let list = "sessions/\(accountID)"
        let position = try position(cursor, list: list)
        let found = try await database.read {
            try own.page(of: accountID, after: position, limit: limit, at: context.now, in: $0)
        }
        let items = found.items.map { OwnSessionItem(entry: $0, isCurrent: $0.key == current.tokenHash) }
        return (items, found.next.map { cursors.sign($0, list: list) })
    }

    /// Ends one of the account's sessions.
    /// - Returns: the `Set-Cookie` value that takes the cookie away, when it was the session of this browser.
    /// - Throws: ``Problem`` 404 `not_found`, also for a session of somebody else.
    func end(_ id: String, by context: RequestContext) async throws -> String? {
        let current = try await current(context)
        let hadIt = try await database.write { try own.end(id, of: current.principal.accountID, in: $0) }
        guard hadIt else { throw Problem(404, "not_found", "You have no such session.") }
        let isOwnCookie = current.isCookie && id == current.tokenHash.hexadecimal
        return isOwnCookie ? own.sessions.settings.emptyCookie : nil
    }

    /// Ends everything the account is signed in with but the session that asks.
    func endOthers(by context: RequestContext) async throws {
        let current = try await current(context)
        let accountID = current.principal.accountID
        try await database.write { transaction in
            try accounts.endSessions(of: accountID, keeping: current, in: transaction)
            try transaction.audit(AuditEntry("account.sessions_ended", entity: "\(accountID)", by: context))
        }
    }

    /// Replaces the password and ends all other sessions.
    /// - Throws: ``Problem`` 422 naming `current_password` or `new_password`; 429 `account_locked`.
    func changePassword(from password: String, to new: String, by context: RequestContext) async throws {
        let current = try await current(context)
        try passwords.check(new, email: current.principal.email, field: "new_password")
        guard new != password else {
            throw Problem.validation([
                Problem.FieldError(
                    field: "new_password", code: "unchanged", message: "is the password you have already")
            ])
        }
        let attempt = SignInAttempt(email: current.principal.email, password: password, by: context)
        let purpose = SignIn.Purpose.confirmation(wantsCode: false, field: "current_password")
        // Before anything is said of former passwords: whoever only holds a session learns nothing of them.
        let owner = try await signIn.admit(attempt, for: purpose, at: context.now) { account, _ in account }
        try await FormerPasswords(database: database, hasher: hasher, rules: passwords)
            .refuse(new, of: owner.id, field: "new_password")
        let hash = try await hasher.hash(new)
        let isChanged = try await database.write { transaction -> Bool in
            // Of two who change it at once, the second has shown a password that is no longer the account's.
            guard let account = try accounts.lock(owner.id, in: transaction), account.isActive,
                account.credentialsVersion == owner.credentialsVersion
            else { return false }
            _ = try accounts.change(
                id: account.id, AccountChange(passwordHash: hash), keeping: current, in: transaction)
            try transaction.audit(AuditEntry("account.password_changed", entity: "\(account.id)", by: context))
            return true
        }
        guard isChanged else { throw purpose.wrongPassword }
    }

    private func position(_ cursor: String?, list: String) throws -> OwnSessions.Position {
        guard let cursor else { return .start }
        guard let position = cursors.position(cursor, list: list).flatMap({ OwnSessions.Position($0) }) else {
            throw Problem(422, "invalid_cursor", "The cursor belongs to another list or was changed.")
        }
        return position
    }
}
