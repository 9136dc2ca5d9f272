import PorticoHTTP
import PorticoPages
import PorticoValues

/// The second step of signing in for people: the code, on a page of its own.
extension IdentityRoutes {
    /// The page that asks for the code, below the mount.
    static let secondStepPath = "/sign-in/code"

    private struct Query: RouteInput {
        let next: String?

        init(_ fields: inout FieldReader) {
            next = fields.optionalText("next", 0...262_144, "Where to go afterwards")
        }
    }

    private struct Submission: RouteInput {
        let code: TypedCode
        let next: String?

        init(_ fields: inout FieldReader) {
            code = TypedCode(&fields)
            next = fields.optionalText("next", 0...262_144, "Where to go afterwards")
        }
    }

    /// Sends whoever has shown the right password on to the page that asks for the code.
    func askForCode(_ ticket: SecondStepTicket, _ context: RequestContext, next: String) -> PageReply {
        let address = PageAddress("\(context.mount)\(IdentityRoutes.secondStepPath)", ["next": next])
        return PageReply.redirect(to: address.text)
            .adding("set-cookie", sessions.settings.cookie(for: ticket, signIn.factors.seal))
    }

    /// The form for the code; back to the beginning for whoever has shown no password within the last minutes.
    var secondStep: Route {
        .page(
            .get, IdentityRoutes.secondStepPath, "secondStepPage", "The form for the second step of signing in",
            access: .anonymous
        ) { (context: RequestContext, query: Query) -> PageReply in
            let next = ReturnPath.checked(query.next, mount: context.mount)
            if let principal = context.principal {
                return .redirect(to: destination(of: principal, context, next))
            }
            guard let ticket = ticket(of: context) else { return beginning(context, next) }
            return .page(page(context, ticket, next).html)
        }
    }

    /// What the form sends.
    var secondStepSubmission: Route {
        .page(
            .post, IdentityRoutes.secondStepPath, "submitSecondStep", "Show the code by the form", access: .anonymous,
            limit: .signIn
        ) { (context: RequestContext, input: Submission) -> PageReply in
            let next = ReturnPath.checked(input.next, mount: context.mount)
            guard let ticket = ticket(of: context) else {
                guard let principal = context.principal else { return tooLate(context, next) }
                return .redirect(to: destination(of: principal, context, next))
            }
            guard !input.code.text.isEmpty else {
                return again(context, ticket, input, next, Problem(422, "required", "Enter the code."))
            }
            do {
                let new = try await signIn.begin(ticket, code: input.code.text, by: context)
                return PageReply.redirect(to: arrival(new.session, context, next)).adding("set-cookie", new.cookie)
                    .adding("set-cookie", new.browserCookie)
                    .adding("set-cookie", sessions.settings.emptyTicketCookie)
            } catch let problem as Problem where problem.code == SignIn.stepExpired.code {
                return tooLate(context, next)
            } catch let problem as Problem where SignIn.formCodes[problem.code] != nil {
                return again(context, ticket, input, next, problem)
            }
        }
    }

    /// Where somebody goes who has signed in: where they wanted, or to the page their work begins at, unless their role
    /// allows nothing before they have added an authenticator or chosen another password and the application has a page
    /// for it.
    func arrival(_ session: Session, _ context: RequestContext, _ next: String) -> String {
        if session.dues.secondFactor, let path = appearance.secondFactorPath { return context.mount + path }
        if session.dues.password, let path = appearance.passwordPath { return context.mount + path }
        return destination(of: session.principal, context, next)
    }

    /// The page somebody wanted. Whoever wanted the application's first page wanted none in particular.
    func destination(of principal: Principal, _ context: RequestContext, _ next: String) -> String {
        guard next == "\(context.mount)/", let page = appearance.landing(principal) else { return next }
        return context.mount + page
    }

    private func ticket(of context: RequestContext) -> SecondStepTicket? {
        sessions.settings.ticket(in: context.request.head, signIn.factors.seal, at: context.now)
    }

    private func beginning(_ context: RequestContext, _ next: String) -> PageReply {
        .redirect(to: PageAddress("\(context.mount)\(IdentityRoutes.signInPath)", ["next": next]).text)
    }

    private func tooLate(_ context: RequestContext, _ next: String) -> PageReply {
        let form = FormState(messages: [FieldMessage("", SignIn.stepExpired.detail)])
        return PageReply.page(page(context, next, form), status: SignIn.stepExpired.status)
            .adding("set-cookie", sessions.settings.emptyTicketCookie)
    }

    private func again(
        _ context: RequestContext, _ ticket: SecondStepTicket, _ input: Submission, _ next: String, _ problem: Problem
    ) -> PageReply {
        var page = page(context, ticket, next)
        let field = problem.code == "account_locked" ? "" : CodeFields.field(input.code)
        page.messages = [FieldMessage(field, problem.detail)]
        page.isRecoveryCode = input.code.isRecoveryCode
        return problem.headers.reduce(PageReply.page(page.html, status: problem.status)) {
            $0.adding($1.name, $1.value)
        }
    }

    private func page(_ context: RequestContext, _ ticket: SecondStepTicket, _ next: String) -> SecondStepPage {
        SecondStepPage(
            shell: appearance.shell(context), mount: context.mount, csrfToken: context.csrf.value, ticket: ticket,
            next: next)
    }
}

extension SignIn {
    /// The answer to a code that comes too long after the password, or after the account was changed.
    static let stepExpired = Problem(
        401, "second_step_expired", "That took too long, or the account was changed meanwhile. Sign in again.")

    /// What a right password leads to.
    enum FirstStep: Sendable {
        /// Signed in.
        case begun(NewSession)
        /// A code is needed as well.
        case needsCode(SecondStepTicket)
    }

    /// Begins a session for whoever knows the password, or asks for the code where the account takes one.
    /// - Throws: ``Problem`` 401 `invalid_credentials`; 429 `account_locked`; 503 when too many sign in at once.
    func firstStep(_ attempt: SignInAttempt, head: RequestHead, at now: Instant) async throws -> FirstStep {
        let outcome = try await outcome(attempt, for: .signIn, at: now) { [sessions] account, transaction in
            try sessions.begin(account, for: attempt, head: head, at: now, in: transaction)
        }
        switch outcome {
        case .granted(let new): return .begun(new)
        case .needsCode(_, let ticket): return .needsCode(ticket)
        case .refused(let problem): throw problem
        }
    }

    /// Begins a session for whoever shows the code after the password.
    /// - Throws: ``Problem`` 401 `invalid_second_factor` or `second_step_expired`; 429 `account_locked`.
    func begin(_ ticket: SecondStepTicket, code: String, by context: RequestContext) async throws -> NewSession {
        var attempt = SignInAttempt(email: ticket.email, password: "", by: context)
        attempt.code = String(code.prefix(64))
        attempt.staysSignedIn = ticket.staysSignedIn
        let outcome = try await outcome(attempt, with: ticket, at: context.now) {
            [sessions, attempt] account, transaction in
            try sessions.begin(
                account, for: attempt, head: context.request.head, at: context.now, in: transaction)
        }
        switch outcome {
        case .granted(let new): return new
        case .refused(let problem), .needsCode(let problem, _): throw problem
        }
    }
}
