import PorticoHTTP
import PorticoJSON
import PorticoSQL

/// The routes with which people add and remove their authenticator. Whoever only holds a session can do neither: both
/// take the password.
struct SecondFactorRoutes: Sendable {
    private static let path = "/api/v1/second-factor"

    let database: Database
    let roles: RoleCatalog
    let signIn: SignIn
    let accounts: AccountStore
    let authenticator: SessionAuthenticator
    let factors: SecondFactorStore

    var routes: [Route] {
        [status, enrol, confirm, renew, disable].map { route in
            var route = route
            route.keepsIdempotencyKeys = false
            return route
        }
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
    }

    private var status: Route {
        .json(
            .get, SecondFactorRoutes.path, "secondFactor", "Whether signing in takes a second factor",
            access: .signedIn, cache: .privatePage
        ) { (context: RequestContext, _: NoInput) -> Reply<SecondFactorStatus> in
            let caller = try context.caller
            let (state, codes) = try await database.read { try factors.state(of: caller.accountID, in: $0) }
            return .ok(
                SecondFactorStatus(
                    state: state.rawValue, isRequired: caller.roles.contains { roles.requiresSecondFactor($0) },
                    recoveryCodesLeft: codes))
        }
    }

    private var enrol: Route {
        .json(
            .post, SecondFactorRoutes.path, "enrolSecondFactor", "Begin to add an authenticator", access: .signedIn,
            limit: .signIn, statuses: [(.created, "To be confirmed with a code")],
            refusals: [(409, "second_factor_active"), (429, "account_locked")]
        ) { (context: RequestContext, input: Password) -> Reply<Enrolment> in
            let attempt = SignInAttempt(email: try context.caller.email, password: input.password, by: context)
            let enrolment = try await signIn.admit(attempt, for: .confirmation(wantsCode: false), at: context.now) {
                [factors] account, transaction in
                try factors.enrol(account, at: context.now, in: transaction)
            }
            return .created(enrolment, at: context.mount + SecondFactorRoutes.path)
        }
    }

    private var confirm: Route {
        .json(
            .post, SecondFactorRoutes.path + "/confirm", "confirmSecondFactor", "Show a code of the new authenticator",
            access: .signedIn, limit: .signIn
        ) { (context: RequestContext, input: Code) -> Reply<RecoveryCodes> in
            let current = try await current(context)
            let codes = try await database.write { transaction -> [String]? in
                guard let account = try accounts.lock(current.principal.accountID, in: transaction),
                    let codes = try factors.confirm(input.code, of: account, at: context.now, in: transaction)
                else { return nil }
                try accounts.endSessions(of: account.id, keeping: current, in: transaction)
                try transaction.audit(
                    AuditEntry("account.second_factor_enabled", entity: "\(account.id)", by: context))
                return codes
            }
            guard let codes else { throw SignIn.Purpose.confirmation(wantsCode: true).wrongCode }
            return .ok(RecoveryCodes(codes: codes))
        }
    }

    private var renew: Route {
        .json(
            .post, SecondFactorRoutes.path + "/recovery-codes", "renewRecoveryCodes", "Get new recovery codes",
            access: .signedIn, limit: .signIn, refusals: [(429, "account_locked")]
        ) { (context: RequestContext, input: Proof) -> Reply<RecoveryCodes> in
            let codes = try await prove(input, context) { [factors] account, transaction in
                try transaction.audit(
                    AuditEntry("account.recovery_codes_renewed", entity: "\(account.id)", by: context))
                return account.hasSecondFactor ? try factors.renewRecoveryCodes(of: account.id, in: transaction) : []
            }
            return .ok(RecoveryCodes(codes: codes))
        }
    }

    private var disable: Route {
        .json(
            .post, SecondFactorRoutes.path + "/disable", "disableSecondFactor", "Remove the authenticator",
            access: .signedIn, limit: .signIn, statuses: [(.noContent, "Removed")], refusals: [(429, "account_locked")]
        ) { (context: RequestContext, input: Proof) -> Reply<NoContent> in
            let current = try await current(context)
            try await prove(input, context) { [factors, accounts] account, transaction in
                try factors.remove(of: account.id, in: transaction)
                try accounts.endSessions(of: account.id, keeping: current, in: transaction)
                try transaction.audit(
                    AuditEntry("account.second_factor_disabled", entity: "\(account.id)", by: context))
            }
            return Reply(NoContent(), status: .noContent)
        }
    }

    /// Does `work` when password and code are right.
    private func prove<Value: Sendable>(
        _ input: Proof, _ context: RequestContext,
        _ work: @escaping @Sendable (Account, Transaction) throws -> Value
    ) async throws -> Value {
        var attempt = SignInAttempt(email: try context.caller.email, password: input.password, by: context)
        attempt.code = input.code
        return try await signIn.admit(attempt, for: .confirmation(wantsCode: true), at: context.now, work)
    }

    private func current(_ context: RequestContext) async throws -> Session {
        guard let session = try await authenticator.session(of: context.request.head) else {
            throw Problem(401, "not_signed_in", "Sign in to go on.")
        }
        return session
    }
}
