import PorticoHTTP
import PorticoSQL

/// The routes with which people sign in by a link in their mail: `/api/v1/sign-in-link` for programs, `/sign-in/link` for
/// people.
struct SignInLinkRoutes: Sendable {
    static let path = "/api/v1/sign-in-link"

    /// The other ways in, which lead to the same places.
    let entrance: IdentityRoutes
    let links: SignInLinkStore

    var appearance: IdentityRoutes.Appearance { entrance.appearance }

    var routes: [Route] { [request, confirm, form, submission, confirmation] }

    private struct Request: RouteInput {
        let email: String

        init(_ fields: inout FieldReader) {
            email = fields.text("email", 1...254, example: "asha@example.org", "Your sign-in address")
        }
    }

    private struct Confirmation: RouteInput {
        let token: String
        let code: String?

        init(_ fields: inout FieldReader) {
            token = fields.text("token", 1...200, "The token in the link that was sent")
            code = fields.optionalText(
                "code", 0...64, "Code of the authenticator, or a recovery code, where one is needed")
        }
    }

    private var request: Route {
        .json(
            .post, SignInLinkRoutes.path, "requestSignInLink", "Ask for a link to sign in without the password",
            access: .anonymous, limit: .signIn,
            statuses: [(.accepted, "The same whether or not there is such an account")]
        ) { (context: RequestContext, input: Request) -> Reply<LinkRequestAnswer> in
            try await ask(input.email, context)
            return Reply(LinkRequestAnswer.example, status: .accepted)
        }
    }

    private var confirm: Route {
        .json(
            .post, SignInLinkRoutes.path + "/confirm", "confirmSignInLink", "Sign in by a link", access: .anonymous,
            limit: .signIn, statuses: [(.created, "Signed in; the cookie is set")],
            refusals: [
                (422, "invalid_sign_in_link"), (401, "second_factor_required"), (401, "invalid_second_factor"),
                (429, "account_locked"),
            ]
        ) { (context: RequestContext, input: Confirmation) -> Reply<SessionAnswer> in
            let new = try await begin(input.token, code: input.code, context)
            return try entrance.reply(
                new.session, status: .created,
                headers: [
                    "location": context.mount + "/api/v1/session", "set-cookie": new.cookie,
                    "set-cookie": new.browserCookie,
                ])
        }
    }

    func ask(_ email: String, _ context: RequestContext) async throws {
        try await AddressedLinks.evenly {
            try await entrance.database.write { [links] transaction in
                try links.request(email, by: AuditEntry.Cause(context), in: transaction)
            }
        }
    }

    /// - Throws: as ``SignIn/begin(with:code:from:by:)``.
    func begin(_ token: String, code: String?, _ context: RequestContext) async throws -> NewSession {
        guard let token = SessionToken(token) else { throw SignIn.linkRefusal }
        return try await entrance.signIn.begin(with: token, code: code, from: links, by: context)
    }

    func holder(of token: SessionToken, _ context: RequestContext) async throws -> MailedLinks.Holder? {
        try await entrance.database.read { [links] in try links.holder(of: token, at: context.now, in: $0) }
    }
}
