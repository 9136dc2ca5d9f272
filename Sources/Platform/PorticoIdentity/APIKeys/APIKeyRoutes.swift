import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// The routes with which people make and revoke keys for their machines. A key makes no other key: all of them want a
/// session, and a new key the password as well.
struct APIKeyRoutes: Sendable {
    private static let path = "/api/v1/api-keys"

    let database: Database
    let signIn: SignIn
    let authenticator: SessionAuthenticator
    let keys: APIKeyStore
    let cursors: CursorSigner

    /// Answers are not kept for retries: one of them lets somebody in.
    var routes: [Route] {
        [list, key, create, revoke].map { route in
            var route = route
            route.keepsIdempotencyKeys = false
            return route
        }
    }

    private struct Wish: RouteInput {
        let name: String
        let scope: String
        let expiresAt: Instant?
        let password: String
        let code: String?

        init(_ fields: inout FieldReader) {
            name = fields.text("name", 1...100, example: "Warehouse scale", "What you call the key")
            scope = fields.text(
                "scope", 1...4000, example: "bag.read", "The permissions it gets, between spaces; you must have them")
            expiresAt = fields.optionalInstant("expires_at", "When it ends; never by itself unless said")
            password = fields.text("password", 1...PasswordPolicy.byteLimit, "Your password")
            code = fields.optionalText("code", 0...64, "The code your authenticator shows, if you have one")
        }
    }

    private struct Target: RouteInput {
        let id: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", in: .path, "Id of the key")
        }
    }

    private var list: Route {
        .json(
            .get, APIKeyRoutes.path, "listAPIKeys", "Your API keys", access: .signedIn, cache: .privatePage,
            refusals: [(422, "invalid_cursor")]
        ) { (context: RequestContext, page: PageRequest) -> Reply<ListAnswer<APIKey>> in
            let owner = try await owner(context)
            let name = "api-keys/\(owner)"
            let before = try position(page.cursor, list: name)
            let found = try await database.read { [keys] in
                try keys.keys(of: owner, before: before, limit: page.limit, in: $0)
            }
            return .ok(ListAnswer(items: found.items, nextCursor: found.next.map { cursors.sign($0, list: name) }))
        }
    }

    private var key: Route {
        .json(
            .get, APIKeyRoutes.path + "/{id}", "getAPIKey", "One of your API keys", access: .signedIn,
            cache: .privatePage, refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: Target) -> Reply<APIKey> in
            let owner = try await owner(context)
            let found = try await database.read { [keys] in try keys.key(input.id, of: owner, in: $0) }
            guard let found else { throw unknown }
            return .ok(found)
        }
    }

    private var create: Route {
        .json(
            .post, APIKeyRoutes.path, "createAPIKey", "Make an API key, which is shown once", access: .signedIn,
            limit: .signIn, statuses: [(.created, "Made; keep the key now")],
            refusals: [(409, "too_many_keys"), (429, "account_locked")]
        ) { (context: RequestContext, input: Wish) -> Reply<NewAPIKey> in
            _ = try await owner(context)
            let scopes = APIKey.scopes(in: input.scope)
            try check(input, scopes, context)
            var attempt = SignInAttempt(email: try context.caller.email, password: input.password, by: context)
            attempt.code = input.code
            let made = try await signIn.admit(attempt, for: .confirmation(wantsCode: true), at: context.now) {
                [keys] account, transaction in
                let made = try keys.make(
                    name: input.name, scopes: scopes, expiresAt: input.expiresAt, for: account, at: context.now,
                    in: transaction)
                try transaction.audit(
                    AuditEntry("api_key.created", entity: "\(made.key.id)", after: made.key.audited, by: context))
                return made
            }
            return .created(made, at: "\(context.mount)\(APIKeyRoutes.path)/\(made.key.id)")
        }
    }

    private var revoke: Route {
        .json(
            .delete, APIKeyRoutes.path + "/{id}", "revokeAPIKey", "End an API key at once", access: .signedIn,
            statuses: [(.noContent, "Revoked")], refusals: [(404, "not_found")]
        ) { (context: RequestContext, input: Target) -> Reply<NoContent> in
            let owner = try await owner(context)
            let revoked = try await database.write { [keys] transaction in
                guard let revoked = try keys.revoke(input.id, of: owner, in: transaction) else { return false }
                try transaction.audit(
                    AuditEntry("api_key.revoked", entity: "\(revoked.id)", before: revoked.audited, by: context))
                return true
            }
            guard revoked else { throw unknown }
            return Reply(NoContent(), status: .noContent)
        }
    }

    /// Whoever is signed in, and not merely holds a key.
    private func owner(_ context: RequestContext) async throws -> Int64 {
        guard let session = try await authenticator.session(of: context.request.head) else {
            throw Problem(401, "not_signed_in", "Sign in to go on.")
        }
        return session.principal.accountID
    }

    private var unknown: Problem { Problem(404, "not_found", "You have no such key.") }

    private func check(_ wish: Wish, _ scopes: [String], _ context: RequestContext) throws {
        var errors: [Problem.FieldError] = []
        let missing = Set(scopes).subtracting(try context.caller.permissions).sorted()
        if scopes.isEmpty || !missing.isEmpty {
            let message =
                scopes.isEmpty ? "is missing" : "has what your role does not: \(missing.joined(separator: ", "))"
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
