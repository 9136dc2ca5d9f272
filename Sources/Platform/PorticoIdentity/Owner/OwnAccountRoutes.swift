import PorticoHTTP
import PorticoJSON

/// The routes with which people change the address they sign in with, and close their account.
struct OwnAccountRoutes: Sendable {
    private static let addressPath = "/api/v1/email-change"

    let own: OwnAccount

    /// Only what the application can do.
    var routes: [Route] {
        (own.addresses == nil ? [] : [request, confirm]) + (own.closing == nil ? [] : [close])
    }

    private struct Request: RouteInput {
        let email: String
        let proof: OwnAccount.Proof

        init(_ fields: inout FieldReader) {
            email = fields.text("email", 1...254, example: "asha@example.org", "The address you want to sign in with")
            proof = OwnAccountRoutes.proof(&fields)
        }
    }

    private struct Confirmation: RouteInput {
        let token: String

        init(_ fields: inout FieldReader) {
            token = fields.text("token", 1...200, "The token in the link that was sent")
        }
    }

    private struct Closing: RouteInput {
        let proof: OwnAccount.Proof

        init(_ fields: inout FieldReader) {
            proof = OwnAccountRoutes.proof(&fields)
        }
    }

    private static func proof(_ fields: inout FieldReader) -> OwnAccount.Proof {
        let password = fields.text("password", 1...PasswordPolicy.byteLimit, "Your password")
        let code = fields.optionalText(
            "code", 0...64, "Code of your authenticator, or a recovery code, where you have one")
        return OwnAccount.Proof(password: password, code: code ?? "")
    }

    private var request: Route {
        .json(
            .post, OwnAccountRoutes.addressPath, "requestEmailChange",
            "Ask for another address to sign in with; a link goes there", access: .signedIn, limit: .signIn,
            statuses: [(.accepted, "The same whether or not another account has the address")],
            refusals: [(429, "account_locked"), (429, "too_many_mails")]
        ) { (context: RequestContext, input: Request) -> Reply<EmailChangeAnswer> in
            try await own.requestAddress(input.email, input.proof, by: context)
            return Reply(EmailChangeAnswer.example, status: .accepted)
        }
    }

    private var confirm: Route {
        .json(
            .post, OwnAccountRoutes.addressPath + "/confirm", "confirmEmailChange",
            "Take the address a link was sent to; ends all sessions and tokens", access: .anonymous, limit: .signIn,
            statuses: [(.noContent, "Changed")], refusals: [(422, "invalid_address_link"), (409, "email_taken")]
        ) { (context: RequestContext, input: Confirmation) -> Reply<NoContent> in
            try await own.confirmAddress(input.token, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }

    private var close: Route {
        .json(
            .post, "/api/v1/account/close", "closeOwnAccount",
            "Close your account; ends all your sessions and tokens", access: .signedIn, limit: .signIn,
            statuses: [(.noContent, "Closed")], refusals: [(429, "account_locked")]
        ) { (context: RequestContext, input: Closing) -> Reply<NoContent> in
            let cookie = try await own.close(input.proof, by: context)
            return Reply(NoContent(), status: .noContent, headers: ["set-cookie": cookie])
        }
    }
}

/// What everybody is told who asks for another address.
struct EmailChangeAnswer: JSONRepresentable, Hashable {
    let message: String

    static var schemaName: String { "EmailChangeAnswer" }

    static var example: EmailChangeAnswer {
        EmailChangeAnswer(message: "A link is on its way to the new address. The address changes when it is followed.")
    }

    func write(to object: inout JSONObjectWriter) {
        object.field("message", message, "The same whether or not another account has the address")
    }
}
