import PorticoHTTP
import PorticoSQL

/// The routes with which invited people come in: `/api/v1/invitations/accept` for programs, `/invitation` for people.
/// Answers are not kept for retries: they let somebody in.
struct InvitationAcceptance: Sendable {
    static let path = "/api/v1/invitations"

    let database: Database
    let hasher: PasswordHasher
    let invitations: InvitationStore
    let sessions: SessionStore
    let passwords: PasswordRules
    let csrf: CSRFSigner
    let appearance: IdentityRoutes.Appearance
    let extras: IdentityRoutes.Extras

    var routes: [Route] {
        [accept, form, submission].map { $0.answeringAnew() }
    }

    /// The answer to a link that no longer holds, whatever the reason.
    static let refusal = Problem(
        422, "invalid_invitation",
        "The invitation was accepted or withdrawn, is too old, or was replaced by another one. Ask whoever invited you."
    )

    /// What somebody who accepts sends.
    struct Acceptance: Sendable {
        let token: String
        let name: String
        let password: String
    }

    private struct Input: RouteInput {
        let acceptance: Acceptance

        init(_ fields: inout FieldReader) {
            let token = fields.text("token", 1...200, "The token in the link that was sent")
            let name = fields.text("name", 1...200, "Your name as others see it")
            let password = fields.text("password", 1...PasswordPolicy.byteLimit, "The password you want")
            acceptance = Acceptance(token: token, name: name, password: password)
        }
    }

    private var accept: Route {
        .json(
            .post, InvitationAcceptance.path + "/accept", "acceptInvitation", "Accept an invitation and sign in",
            access: .anonymous, limit: .signIn, statuses: [(.created, "Signed in; the cookie is set")],
            refusals: [(422, "invalid_invitation")]
        ) { (context: RequestContext, input: Input) -> Reply<SessionAnswer> in
            let new = try await begin(input.acceptance, context)
            let principal = new.session.principal
            let answer = SessionAnswer(
                user: SessionUser(principal), csrfToken: principal.csrfBinding.map { csrf.token(for: $0).value },
                expiresAt: new.endsAt)
            return Reply(
                encoded: try answer.encoded(adding: extras(principal)), status: .created,
                headers: [
                    "location": context.mount + "/api/v1/session", "set-cookie": new.cookie,
                    "set-cookie": new.browserCookie,
                ])
        }
    }

    /// Accepts and signs in, in one transaction. A code by mail is not asked for: the link came by mail.
    /// - Throws: ``refusal``; 422 naming `password` when it may not be used, and then the link goes on being good.
    func begin(_ acceptance: Acceptance, _ context: RequestContext) async throws -> NewSession {
        guard let token = SessionToken(acceptance.token), let invitation = try await invitation(of: token, context)
        else { throw InvitationAcceptance.refusal }
        try passwords.check(acceptance.password, email: invitation.email)
        let hash = try await hasher.hash(acceptance.password)
        let begun = try await database.write { [invitations, sessions] transaction -> NewSession? in
            let account = try invitations.accept(
                token, name: acceptance.name, passwordHash: hash, by: AuditEntry.Cause(context), in: transaction)
            return try account.map {
                try sessions.begin(
                    $0, head: context.request.head, address: context.clientAddress, requestID: context.requestID,
                    at: context.now, in: transaction)
            }
        }
        guard let begun else { throw InvitationAcceptance.refusal }
        return begun
    }

    func invitation(of token: SessionToken, _ context: RequestContext) async throws -> Invitation? {
        try await database.read { [invitations] in try invitations.invitation(of: token, at: context.now, in: $0) }
    }
}
