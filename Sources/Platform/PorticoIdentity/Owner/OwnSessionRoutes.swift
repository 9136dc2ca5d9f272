import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// The routes with which people see and end what they are signed in with, and change their password.
struct OwnSessionRoutes: Sendable {
    private static let path = "/api/v1/sessions"

    let database: Database
    let hasher: PasswordHasher
    let signIn: SignIn
    let accounts: AccountStore
    let authenticator: SessionAuthenticator
    let own: OwnSessions
    let cursors: CursorSigner

    var routes: [Route] {
        [list, end, endOthers, changePassword].map { route in
            var route = route
            route.keepsIdempotencyKeys = false
            return route
        }
    }

    private struct Target: RouteInput {
        let id: String

        init(_ fields: inout FieldReader) {
            id = fields.text("id", 1...200, in: .path, "Id of the session, from the list")
        }
    }

    private struct PasswordChange: RouteInput {
        let current: String
        let new: String

        init(_ fields: inout FieldReader) {
            current = fields.text("current_password", 1...PasswordPolicy.byteLimit, "Your password")
            new = fields.text("new_password", 1...PasswordPolicy.byteLimit, "The password you want instead")
        }
    }

    private var list: Route {
        .json(
            .get, OwnSessionRoutes.path, "listOwnSessions", "What you are signed in with", access: .signedIn,
            cache: .privatePage
        ) { (context: RequestContext, page: PageRequest) -> Reply<ListAnswer<OwnSessionItem>> in
            let current = try await current(context)
            let accountID = current.principal.accountID
            let name = "sessions/\(accountID)"
            let position = try position(page.cursor, list: name)
            let found = try await database.read {
                try own.page(of: accountID, after: position, limit: page.limit, at: context.now, in: $0)
            }
            let items = found.items.map { OwnSessionItem(entry: $0, isCurrent: $0.key == current.tokenHash) }
            return .ok(ListAnswer(items: items, nextCursor: found.next.map { cursors.sign($0, list: name) }))
        }
    }

    private var end: Route {
        .json(
            .delete, OwnSessionRoutes.path + "/{id}", "endOwnSession", "End one of your sessions", access: .signedIn,
            statuses: [(.noContent, "Ended")]
        ) { (context: RequestContext, input: Target) -> Reply<NoContent> in
            let current = try await current(context)
            let accountID = current.principal.accountID
            let hadIt = try await database.write { try own.end(input.id, of: accountID, in: $0) }
            guard hadIt else { throw Problem(404, "not_found", "You have no such session.") }
            let isOwnCookie = current.isCookie && input.id == current.tokenHash.hexadecimal
            return Reply(
                NoContent(), status: .noContent,
                headers: isOwnCookie ? ["set-cookie": own.sessions.settings.emptyCookie] : [:])
        }
    }

    private var endOthers: Route {
        .json(
            .delete, OwnSessionRoutes.path, "endOtherSessions", "End all your sessions but this one", access: .signedIn,
            statuses: [(.noContent, "Ended")]
        ) { (context: RequestContext, _: NoInput) -> Reply<NoContent> in
            let current = try await current(context)
            try await database.write { transaction in
                try accounts.endSessions(of: current.principal.accountID, keeping: current, in: transaction)
                try transaction.audit(
                    AuditEntry("account.sessions_ended", entity: "\(current.principal.accountID)", by: context))
            }
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var changePassword: Route {
        .json(
            .post, "/api/v1/password", "changeOwnPassword", "Change your password; ends all your other sessions",
            access: .signedIn, limit: .signIn, statuses: [(.noContent, "Changed")], refusals: [(429, "account_locked")]
        ) { (context: RequestContext, input: PasswordChange) -> Reply<NoContent> in
            let current = try await current(context)
            try PasswordPolicy.check(input.new, email: current.principal.email, field: "new_password")
            guard input.new != input.current else {
                throw Problem.validation([
                    Problem.FieldError(
                        field: "new_password", code: "unchanged", message: "is the password you have already")
                ])
            }
            let hash = try await hasher.hash(input.new)
            let attempt = SignInAttempt(email: current.principal.email, password: input.current, by: context)
            let purpose = SignIn.Purpose.confirmation(wantsCode: false, field: "current_password")
            try await signIn.admit(attempt, for: purpose, at: context.now) { [accounts] account, transaction in
                _ = try accounts.change(
                    id: account.id, AccountChange(passwordHash: hash), keeping: current, in: transaction)
                try transaction.audit(
                    AuditEntry("account.password_changed", entity: "\(account.id)", by: context))
            }
            return Reply(NoContent(), status: .noContent)
        }
    }

    private func position(_ cursor: String?, list: String) throws -> OwnSessions.Position {
        guard let cursor else { return .start }
        guard let position = cursors.position(cursor, list: list).flatMap({ OwnSessions.Position($0) }) else {
            throw Problem(422, "invalid_cursor", "The cursor belongs to another list or was changed.")
        }
        return position
    }

    private func current(_ context: RequestContext) async throws -> Session {
        guard let session = try await authenticator.session(of: context.request.head) else {
            throw Problem(401, "not_signed_in", "Sign in to go on.")
        }
        return session
    }
}
