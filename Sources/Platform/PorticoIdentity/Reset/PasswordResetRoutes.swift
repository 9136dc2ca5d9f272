import PorticoHTTP
import PorticoJSON
import PorticoSQL

/// The routes with which people who have lost their password get another one: `/api/v1/password-reset` for programs,
/// `/reset` for people.
struct PasswordResetRoutes: Sendable {
    static let path = "/api/v1/password-reset"

    let database: Database
    let hasher: PasswordHasher
    let resets: PasswordResetStore
    let settings: SessionSettings
    let passwords: PasswordRules
    let appearance: IdentityRoutes.Appearance

    var routes: [Route] { [request, confirm, form, submission, confirmation] }

    /// The answer to a link that no longer holds, whatever the reason.
    static let refusal = Problem(
        422, "invalid_reset_token", "The link was used, is too old or was replaced by another one. Ask for a new one.")

    private struct Request: RouteInput {
        let email: String

        init(_ fields: inout FieldReader) {
            email = fields.text("email", 1...254, example: "asha@example.org", "Your sign-in address")
        }
    }

    private struct Confirmation: RouteInput {
        let token: String
        let password: String

        init(_ fields: inout FieldReader) {
            token = fields.text("token", 1...200, "The token in the link that was sent")
            password = fields.text("password", 1...PasswordPolicy.byteLimit, "The password you want")
        }
    }

    private var request: Route {
        .json(
            .post, PasswordResetRoutes.path, "requestPasswordReset", "Ask for a link to choose a new password",
            access: .anonymous, limit: .signIn,
            statuses: [(.accepted, "The same whether or not there is such an account")]
        ) { (context: RequestContext, input: Request) -> Reply<LinkRequestAnswer> in
            try await ask(input.email, context)
            return Reply(LinkRequestAnswer.example, status: .accepted)
        }
    }

    private var confirm: Route {
        .json(
            .post, PasswordResetRoutes.path + "/confirm", "confirmPasswordReset",
            "Choose a new password; ends all sessions and tokens", access: .anonymous, limit: .signIn,
            statuses: [(.noContent, "Changed")], refusals: [(422, "invalid_reset_token")]
        ) { (context: RequestContext, input: Confirmation) -> Reply<NoContent> in
            let cookie = try await choose(input.password, token: input.token, context)
            return Reply(NoContent(), status: .noContent, headers: ["set-cookie": cookie])
        }
    }

    func ask(_ email: String, _ context: RequestContext) async throws {
        try await AddressedLinks.evenly {
            try await database.write { [resets] transaction in
                try resets.request(email, by: AuditEntry.Cause(context), in: transaction)
            }
        }
    }

    /// - Returns: the `Set-Cookie` value by which the browser is known from now on: its owner signs in next, and must not
    ///   wait for whoever has locked the account.
    /// - Throws: ``refusal``; 422 naming `password` when it may not be used, and then the link goes on being good.
    func choose(_ password: String, token text: String, _ context: RequestContext) async throws -> String {
        guard let token = SessionToken(text), let holder = try await holder(of: token, context) else {
            throw PasswordResetRoutes.refusal
        }
        try passwords.check(password, email: holder.email)
        try await FormerPasswords(database: database, hasher: hasher, rules: passwords)
            .refuse(password, of: holder.accountID)
        let hash = try await hasher.hash(password)
        let browser = settings.browser(in: context.request.head) ?? SessionToken()
        let isDone = try await database.write { [resets] transaction in
            try resets.confirm(
                token, passwordHash: hash, in: browser, by: AuditEntry.Cause(context), in: transaction)
        }
        guard isDone else { throw PasswordResetRoutes.refusal }
        return settings.cookie(forBrowser: browser)
    }

    func holder(of token: SessionToken, _ context: RequestContext) async throws -> MailedLinks.Holder? {
        try await database.read { [resets] in try resets.holder(of: token, at: context.now, in: $0) }
    }
}
