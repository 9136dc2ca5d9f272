import PorticoHTTP
import PorticoJSON
import PorticoSQL

/// The routes with which programs get, renew and give back tokens. Answers are not kept for retries: they let somebody
/// in.
struct TokenRoutes: Sendable {
    static let path = "/api/v1/tokens"

    let database: Database
    let signIn: SignIn
    let tokens: TokenStore

    var routes: [Route] {
        [begin.showingSecrets(), refresh.showingSecrets(), revoke, keys].map { $0.answeringAnew() }
    }

    private struct Renewal: RouteInput {
        let token: String

        init(_ fields: inout FieldReader) {
            token = fields.text("refresh_token", 1...200, "The refresh token of the last answer")
        }
    }

    private struct Revocation: RouteInput {
        let token: String?

        init(_ fields: inout FieldReader) {
            token = fields.optionalText(
                "refresh_token", 1...200, in: .body,
                "A refresh token of the family, in place of the Authorization field")
        }
    }

    private var begin: Route {
        .json(
            .post, TokenRoutes.path, "issueTokens", "Sign in as a program", access: .anonymous, limit: .signIn,
            statuses: [(.created, "Signed in")], refusals: IdentityRoutes.signInRefusals
        ) { (context: RequestContext, input: SignInInput) -> Reply<IssuedTokens> in
            let issued = try await signIn.admit(input.attempt(by: context), at: context.now) {
                [tokens] account, transaction in
                try tokens.begin(
                    account, head: context.request.head, address: context.clientAddress, requestID: context.requestID,
                    at: context.now, in: transaction)
            }
            return .created(issued, at: context.mount + TokenRoutes.path)
        }
    }

    private var refresh: Route {
        .json(
            .post, TokenRoutes.path + "/refresh", "refreshTokens", "Renew the tokens", access: .anonymous,
            limit: .signIn, refusals: [(401, "invalid_token")]
        ) { (context: RequestContext, input: Renewal) -> Reply<IssuedTokens> in
            .ok(try await tokens.refresh(input.token, by: context))
        }
    }

    private var revoke: Route {
        .json(
            .delete, TokenRoutes.path, "revokeTokens", "Revoke the tokens of this sign-in at once", access: .anonymous,
            statuses: [(.noContent, "Revoked")], refusals: [(401, "not_signed_in"), (401, "invalid_token")]
        ) { (context: RequestContext, input: Revocation) -> Reply<NoContent> in
            if let token = input.token {
                try await tokens.revoke(refreshToken: token)
            } else if let session = try await tokens.session(of: context.request.head) {
                try await database.write { [tokens] in try tokens.revoke(session.tokenHash, in: $0) }
            } else {
                _ = try context.caller
                throw Problem.validation([
                    Problem.FieldError(
                        field: "refresh_token", code: "required",
                        message: "is missing; it or a bearer token is needed")
                ])
            }
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var keys: Route {
        .immediate(
            .get, "/.well-known/jwks.json", "tokenKeys", "The keys that access tokens are signed with (RFC 7517)",
            cache: CacheControl(control: "public, max-age=300", isValidated: true),
            mediaType: "application/jwk-set+json"
        ) { [document = tokens.codec.keySet.bytes] (_: RequestContext, _: NoInput) in
            Response(.ok, headers: ["content-type": "application/jwk-set+json"], body: .bytes(document))
        }
    }
}
