import PorticoHTTP
import PorticoPages

/// Signing in and out for people.
extension IdentityRoutes {
    /// The page to sign in at, below the mount.
    static let signInPath = "/sign-in"

    /// Everything is taken as it comes; the form is shown again with what is wrong.
    private struct Submission: RouteInput {
        let email: String
        let password: String
        let code: String?
        let staysSignedIn: Bool
        let next: String?

        init(_ fields: inout FieldReader) {
            email = fields.optionalText("email", 0...262_144, "Sign-in address") ?? ""
            password = fields.optionalText("password", 0...262_144, "Password") ?? ""
            code = fields.optionalText("code", 0...262_144, "Code of the authenticator, where one is needed")
            staysSignedIn = fields.typed("remember", "true to stay signed in on this device") == "true"
            next = fields.optionalText("next", 0...262_144, "Where to go afterwards")
        }
    }

    private struct Destination: RouteInput {
        let next: String?

        init(_ fields: inout FieldReader) {
            next = fields.optionalText("next", 0...262_144, "Where to go afterwards")
        }
    }

    /// The form; whoever is signed in already goes on at once.
    var form: Route {
        .page(.get, IdentityRoutes.signInPath, "signInPage", "The form to sign in", access: .anonymous) {
            (context: RequestContext, input: Destination) -> PageReply in
            let next = ReturnPath.checked(input.next, mount: context.mount)
            if let principal = context.principal {
                return .redirect(to: destination(of: principal, context, next))
            }
            return .page(page(context, next, .fresh))
        }
    }

    /// What the form sends.
    var submission: Route {
        .page(
            .post, IdentityRoutes.signInPath, "submitSignIn", "Sign in by the form", access: .anonymous, limit: .signIn
        ) { (context: RequestContext, input: Submission) -> PageReply in
            let next = ReturnPath.checked(input.next, mount: context.mount)
            let missing = missing(in: input)
            guard missing.isEmpty else { return again(context, input, next, missing, status: 422) }
            do {
                switch try await firstStep(input, context) {
                case .needsCode(let ticket): return askForCode(ticket, context, next: next)
                case .begun(let new):
                    return PageReply.redirect(to: arrival(new.session, context, next))
                        .adding("set-cookie", new.cookie).adding("set-cookie", new.browserCookie)
                }
            } catch let problem as Problem {
                guard let asksForCode = SignIn.formCodes[problem.code] else { throw problem }
                let message = FieldMessage(asksForCode ? "code" : "", problem.detail)
                let page = again(
                    context, input, next, [message], status: problem.status, asksForCode: asksForCode)
                return problem.headers.reduce(page) { $0.adding($1.name, $1.value) }
            }
        }
    }

    /// The button to sign out.
    var leaving: Route {
        .page(.post, "/sign-out", "submitSignOut", "Sign out by the form", access: .signedIn) {
            (context: RequestContext, _: NoInput) -> PageReply in
            try await revoke(try await session(of: context))
            return PageReply.redirect(to: context.mount + IdentityRoutes.signInPath)
                .adding("set-cookie", sessions.settings.emptyCookie)
        }
    }

    /// A password that comes with a code lets in at once; one without leads to the page that asks for it.
    private func firstStep(_ input: Submission, _ context: RequestContext) async throws -> SignIn.FirstStep {
        var attempt = SignInAttempt(email: input.email, password: input.password, by: context)
        attempt.staysSignedIn = input.staysSignedIn
        guard let code = input.code else {
            return try await signIn.firstStep(attempt, head: context.request.head, at: context.now)
        }
        attempt.code = code
        return .begun(try await signIn.begin(attempt, head: context.request.head, at: context.now))
    }

    private func missing(in input: Submission) -> [FieldMessage] {
        var messages: [FieldMessage] = []
        if input.email.isEmpty { messages.append(FieldMessage("email", "Enter your email address.")) }
        if input.email.utf8.count > 254 { messages.append(FieldMessage("email", "Enter a shorter email address.")) }
        if input.password.isEmpty { messages.append(FieldMessage("password", "Enter your password.")) }
        if input.password.utf8.count > PasswordPolicy.byteLimit {
            messages.append(FieldMessage("password", "Enter a shorter password."))
        }
        return messages
    }

    private func again(
        _ context: RequestContext, _ input: Submission, _ next: String, _ messages: [FieldMessage], status: HTTPStatus,
        asksForCode: Bool = false
    ) -> PageReply {
        var form = FormState(values: ["email": String(input.email.prefix(254))], messages: messages)
        if input.staysSignedIn { form.values["remember"] = "true" }
        return .page(page(context, next, form, asksForCode: asksForCode || input.code != nil), status: status)
    }

    /// How long people stay signed in who want to, in words; nil where that is not offered.
    private var keptFor: String? {
        sessions.settings.offersKept ? AccountLetters.words(sessions.settings.kept) : nil
    }

    func page(_ context: RequestContext, _ next: String, _ form: FormState, asksForCode: Bool = false) -> HTML {
        SignInPage(
            shell: appearance.shell(context), action: context.mount + IdentityRoutes.signInPath,
            csrfToken: context.csrf.value, next: next, asksForCode: asksForCode,
            resetPath: hasReset ? context.mount + PasswordResetRoutes.formPath : nil,
            linkPath: links == nil ? nil : context.mount + SignInLinkRoutes.formPath, keptFor: keptFor, form: form,
            hint: appearance.hint
        ).html
    }
}
