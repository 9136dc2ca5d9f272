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
        ) { (context: RequestContext, input: Request) -> Reply<PasswordResetAnswer> in
            try await ask(input.email, context)
            return Reply(PasswordResetAnswer.example, status: .accepted)
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

    /// Every answer takes as long as this: what is written for an address that somebody has is committed, for another
    /// one taken back, and that shows in the time.
    private static let answerTime = Duration.milliseconds(50)

    func ask(_ email: String, _ context: RequestContext) async throws {
        let end = ContinuousClock.now + PasswordResetRoutes.answerTime
        try await database.write { [resets] transaction in
            try resets.request(email, by: AuditEntry.Cause(context), in: transaction)
        }
        try? await Task.sleep(until: end, clock: .continuous)
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

    func holder(of token: SessionToken, _ context: RequestContext) async throws -> PasswordResetStore.Holder? {
        try await database.read { [resets] in try resets.holder(of: token, at: context.now, in: $0) }
    }
}

/// What everybody is told who asks for a link.
struct PasswordResetAnswer: JSONRepresentable, Hashable {
    let message: String

    static var schemaName: String { "PasswordResetAnswer" }

    static var example: PasswordResetAnswer {
        PasswordResetAnswer(message: "If there is an account under this address, a link is on its way to it.")
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("message", message, "The same whether or not there is such an account")
    }
}
