import PorticoHTTP
import PorticoJSON

/// The routes with which people add and remove the phone that codes are sent to. Whoever only holds a session can do
/// neither: both take the password, and a code of the authenticator where there is one.
struct PhoneRoutes: Sendable {
    private static let path = "/api/v1/phone"

    let own: OwnAccount

    var routes: [Route] { [show, add, confirm, remove] }

    private struct Wish: RouteInput {
        let number: String
        let proof: OwnAccount.Proof

        init(_ fields: inout FieldReader) {
            number = fields.text(
                "number", 1...40, example: "+91 98765 43210", "The number with + and the code of its country")
            proof = PhoneRoutes.proof(&fields)
        }
    }

    private struct Code: RouteInput {
        let code: String

        init(_ fields: inout FieldReader) {
            code = fields.text("code", 1...64, "The code that was sent to the number")
        }
    }

    private struct Farewell: RouteInput {
        let proof: OwnAccount.Proof

        init(_ fields: inout FieldReader) {
            proof = PhoneRoutes.proof(&fields)
        }
    }

    private static func proof(_ fields: inout FieldReader) -> OwnAccount.Proof {
        let password = fields.text("password", 1...PasswordPolicy.byteLimit, in: .body, "Your password")
        let code = fields.optionalText(
            "code", 0...64, in: .body, "The code your authenticator shows, or a recovery code, where you have one")
        return OwnAccount.Proof(password: password, code: code ?? "")
    }

    private var show: Route {
        .json(
            .get, PhoneRoutes.path, "phone", "The phone that codes are sent to", access: .signedIn, cache: .privatePage
        ) { (context: RequestContext, _: NoInput) -> Reply<PhoneStatus> in
            .ok(try await own.phone(by: context))
        }
    }

    private var add: Route {
        .json(
            .post, PhoneRoutes.path, "addPhone", "Send a code to a phone; the one you have goes on until it is shown",
            access: .signedIn, limit: .signIn, statuses: [(.created, "To be confirmed with the code")],
            refusals: [(409, "texts_not_sent"), (429, "too_many_codes"), (429, "account_locked")]
        ) { (context: RequestContext, input: Wish) -> Reply<PhoneStatus> in
            let status = try await own.addPhone(input.number, input.proof, by: context)
            return .created(status, at: context.mount + PhoneRoutes.path)
        }
    }

    private var confirm: Route {
        .json(
            .post, PhoneRoutes.path + "/confirm", "confirmPhone",
            "Show the code that was sent to the new phone; ends all your other sessions", access: .signedIn,
            limit: .signIn
        ) { (context: RequestContext, input: Code) -> Reply<PhoneStatus> in
            .ok(try await own.confirmPhone(code: input.code, by: context))
        }
    }

    private var remove: Route {
        .json(
            .delete, PhoneRoutes.path, "removePhone", "Remove the phone; ends all your other sessions",
            access: .signedIn, limit: .signIn, statuses: [(.noContent, "Removed")], refusals: [(429, "account_locked")]
        ) { (context: RequestContext, input: Farewell) -> Reply<NoContent> in
            try await own.removePhone(input.proof, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }
}
