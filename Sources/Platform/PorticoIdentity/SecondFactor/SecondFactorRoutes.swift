import PorticoHTTP
import PorticoJSON

/// The routes with which people add and remove their authenticator. Whoever only holds a session can do neither: both
/// take the password.
struct SecondFactorRoutes: Sendable {
    private static let path = "/api/v1/second-factor"

    let own: OwnAccount

    var routes: [Route] {
        [status, enrol.showingSecrets(), confirm.showingSecrets(), renew.showingSecrets(), disable]
    }

    private struct Password: RouteInput {
        let password: String

        init(_ fields: inout FieldReader) {
            password = fields.text("password", 1...PasswordPolicy.byteLimit, "Your password")
        }
    }

    private struct Code: RouteInput {
        let code: String

        init(_ fields: inout FieldReader) {
            code = fields.text("code", 1...64, "The code the authenticator shows")
        }
    }

    private struct Proof: RouteInput {
        let password: String
        let code: String

        init(_ fields: inout FieldReader) {
            password = fields.text("password", 1...PasswordPolicy.byteLimit, "Your password")
            code = fields.text("code", 1...64, "The code the authenticator shows, or a recovery code")
        }

        var proof: OwnAccount.Proof { OwnAccount.Proof(password: password, code: code) }
    }

    private var status: Route {
        .json(
            .get, SecondFactorRoutes.path, "secondFactor", "Whether signing in takes a second factor",
            access: .signedIn, cache: .privatePage
        ) { (context: RequestContext, _: NoInput) -> Reply<SecondFactorStatus> in
            .ok(try await own.secondFactor(by: context))
        }
    }

    private var enrol: Route {
        .json(
            .post, SecondFactorRoutes.path, "enrolSecondFactor", "Begin to add an authenticator", access: .signedIn,
            limit: .signIn, statuses: [(.created, "To be confirmed with a code")],
            refusals: [(409, "second_factor_active"), (429, "account_locked")]
        ) { (context: RequestContext, input: Password) -> Reply<Enrolment> in
            let enrolment = try await own.enrol(password: input.password, by: context)
            return .created(enrolment, at: context.mount + SecondFactorRoutes.path)
        }
    }

    private var confirm: Route {
        .json(
            .post, SecondFactorRoutes.path + "/confirm", "confirmSecondFactor", "Show a code of the new authenticator",
            access: .signedIn, limit: .signIn
        ) { (context: RequestContext, input: Code) -> Reply<RecoveryCodes> in
            .ok(RecoveryCodes(codes: try await own.confirm(code: input.code, by: context)))
        }
    }

    private var renew: Route {
        .json(
            .post, SecondFactorRoutes.path + "/recovery-codes", "renewRecoveryCodes", "Get new recovery codes",
            access: .signedIn, limit: .signIn, refusals: [(429, "account_locked")]
        ) { (context: RequestContext, input: Proof) -> Reply<RecoveryCodes> in
            .ok(RecoveryCodes(codes: try await own.renewRecoveryCodes(input.proof, by: context)))
        }
    }

    private var disable: Route {
        .json(
            .post, SecondFactorRoutes.path + "/disable", "disableSecondFactor", "Remove the authenticator",
            access: .signedIn, limit: .signIn, statuses: [(.noContent, "Removed")], refusals: [(429, "account_locked")]
        ) { (context: RequestContext, input: Proof) -> Reply<NoContent> in
            try await own.removeSecondFactor(input.proof, by: context)
            return Reply(NoContent(), status: .noContent)
        }
    }
}
