import PorticoHTTP
import PorticoSQL
import PorticoValues

/// What people do with the keys of their machines, whoever asks for it: a program over the API or a form of a page. A key
/// makes no other key: all of this wants a session, and a new key the password as well.
struct OwnAPIKeys: Sendable {
    /// A key as its owner wants it, and what shows that the owner asks.
    struct Wish: Sendable {
        var name: String
        /// Sorted, each once.
        var scopes: [String]
        var expiresAt: Instant?
        var password: String
        var code: String?
    }

    let database: Database
    let signIn: SignIn
    let authenticator: SessionAuthenticator
    let keys: APIKeyStore
    let cursors: CursorSigner

    /// One page of the caller's keys, the newest first.
    /// - Throws: ``Problem`` 401 without a session, 422 `invalid_cursor`; ``SQLError``.
    func page(
        _ cursor: String?, limit: Int, by context: RequestContext
    ) async throws -> (items: [APIKey], next: String?) {
        let owner = try await owner(context)
        let name = "api-keys/\(owner)"
        let before = try position(cursor, list: name)
        let found = try await database.read { [keys] in
            try keys.keys(of: owner, before: before, limit: limit, in: $0)
        }
        return (found.items, found.next.map { cursors.sign($0, list: name) })
    }

    /// One of the caller's keys.
    /// - Throws: ``Problem`` 401, 404; ``SQLError``.
    func key(_ id: Int64, by context: RequestContext) async throws -> APIKey {
        let owner = try await owner(context)
        let found = try await database.read { [keys] in try keys.key(id, of: owner, in: $0) }
        guard let found else { throw unknown }
        return found
    }

    /// Makes a key, which is shown once.
    /// - Throws: ``Problem`` 422 naming `scope`, `expires_at`, `password` or `code`; 409 `too_many_keys`; 429
    ///   `account_locked`; ``SQLError``.
    func make(_ wish: Wish, by context: RequestContext) async throws -> NewAPIKey {
        _ = try await owner(context)
        try check(wish, context)
        var attempt = SignInAttempt(email: try context.caller.email, password: wish.password, by: context)
        attempt.code = wish.code
        return try await signIn.admit(attempt, for: .confirmation(wantsCode: true), at: context.now) {
            [keys] account, transaction in
            let made = try keys.make(
                name: wish.name, scopes: wish.scopes, expiresAt: wish.expiresAt, for: account, at: context.now,
                in: transaction)
            try transaction.audit(
                AuditEntry("api_key.created", entity: "\(made.key.id)", after: made.key.audited, by: context))
            return made
        }
    }

    /// Ends a key at once.
    /// - Throws: ``Problem`` 401, 404 also for a key of somebody else; ``SQLError``.
    func revoke(_ id: Int64, by context: RequestContext) async throws {
        let owner = try await owner(context)
        let isRevoked = try await database.write { [keys] transaction in
            guard let revoked = try keys.revoke(id, of: owner, in: transaction) else { return false }
            try transaction.audit(
                AuditEntry("api_key.revoked", entity: "\(revoked.id)", before: revoked.audited, by: context))
            return true
        }
        guard isRevoked else { throw unknown }
    }

    /// Whoever is signed in, and not merely holds a key.
    private func owner(_ context: RequestContext) async throws -> Int64 {
        guard let session = try await authenticator.session(of: context.request.head) else {
            throw Problem(401, "not_signed_in", "Sign in to go on.")
        }
        return session.principal.accountID
    }

    private var unknown: Problem { Problem(404, "not_found", "You have no such key.") }

    private func check(_ wish: Wish, _ context: RequestContext) throws {
        var errors: [Problem.FieldError] = []
        let missing = Set(wish.scopes).subtracting(try context.caller.permissions).sorted()
        if wish.scopes.isEmpty || !missing.isEmpty {
            let message =
                wish.scopes.isEmpty ? "is missing" : "has what your role does not: \(missing.joined(separator: ", "))"
            errors.append(Problem.FieldError(field: "scope", code: "not_granted", message: message))
        }
        if let end = wish.expiresAt, end <= context.now {
            errors.append(
                Problem.FieldError(field: "expires_at", code: "in_the_past", message: "must be in the future"))
        }
        if !errors.isEmpty { throw Problem.validation(errors) }
    }

    private func position(_ cursor: String?, list: String) throws -> Int64? {
        guard let cursor else { return nil }
        guard let id = cursors.position(cursor, list: list)?.first.flatMap({ Int64($0) }) else {
            throw Problem(422, "invalid_cursor", "The cursor belongs to another list or was changed.")
        }
        return id
    }
}
