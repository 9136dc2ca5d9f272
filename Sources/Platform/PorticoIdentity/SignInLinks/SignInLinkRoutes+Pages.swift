import PorticoHTTP
import PorticoPages

/// Signing in by a link, for people: ask, look in the mail, follow the link, press the button.
///
/// Following the link signs nobody in yet: programs that look at mails before their readers do follow links, too. The page
/// tells no other site where it was (`no-referrer`), and nobody keeps it.
extension SignInLinkRoutes {
    static let formPath = "/sign-in/link"
    private static let confirmPath = "/sign-in/link/confirm"

    private struct Arrival: RouteInput {
        let token: String?
        let isSent: Bool

        init(_ fields: inout FieldReader) {
            token = fields.optionalText("token", 0...262_144, "The token in the link that was sent")
            isSent = fields.optionalText("sent", 0...1, "Whether a link was just asked for") != nil
        }
    }

    private struct Typed: RouteInput {
        let email: String

        init(_ fields: inout FieldReader) {
            email = fields.typed("email", "Sign-in address")
        }
    }

    private struct Shown: RouteInput {
        let token: String
        let code: TypedCode

        init(_ fields: inout FieldReader) {
            token = fields.typed("token", "The token in the link that was sent")
            code = TypedCode(&fields)
        }
    }

    /// The form that asks, what follows it, or, with a token, the button that signs in.
    var form: Route {
        .page(
            .get, SignInLinkRoutes.formPath, "signInLinkPage", "The forms to sign in by a link", access: .anonymous,
            cache: .noStore
        ) { (context: RequestContext, input: Arrival) -> PageReply in
            if let text = input.token {
                guard let token = SessionToken(text), let holder = try await holder(of: token, context) else {
                    return lapsed(context)
                }
                return discreet(.page(arrival(context, text, holder)))
            }
            return .page(input.isSent ? sent(context) : question(context, .fresh))
        }
    }

    /// What the form that asks sends.
    var submission: Route {
        .page(
            .post, SignInLinkRoutes.formPath, "submitSignInLink", "Ask for a link to sign in by the form",
            access: .anonymous, limit: .signIn
        ) { (context: RequestContext, input: Typed) -> PageReply in
            guard let email = EmailAddress(input.email) else {
                let form = FormState(
                    values: ["email": String(input.email.prefix(254))],
                    messages: [FieldMessage("email", "Enter your email address.")])
                return .page(question(context, form), status: 422)
            }
            try await ask(email.text, context)
            return .redirect(to: "\(context.mount)\(SignInLinkRoutes.formPath)?sent=1")
        }
    }

    /// What the button sends.
    var confirmation: Route {
        .page(
            .post, SignInLinkRoutes.confirmPath, "submitSignInByLink", "Sign in by a link and the form",
            access: .anonymous, limit: .signIn
        ) { (context: RequestContext, input: Shown) -> PageReply in
            let code = input.code.text
            do {
                let new = try await begin(input.token, code: code.isEmpty ? nil : code, context)
                return PageReply.redirect(to: entrance.arrival(new.session, context, "\(context.mount)/"))
                    .adding("set-cookie", new.cookie).adding("set-cookie", new.browserCookie)
            } catch let problem as Problem where problem.code == SignIn.linkRefusal.code {
                return lapsed(context)
            } catch let problem as Problem where SignIn.formCodes[problem.code] != nil {
                return try await again(input, problem, context)
            }
        }
    }

    private func again(_ input: Shown, _ problem: Problem, _ context: RequestContext) async throws -> PageReply {
        guard let token = SessionToken(input.token), let holder = try await holder(of: token, context) else {
            return lapsed(context)
        }
        let isMissing = problem.code == SignIn.codeRequired.code
        let field = problem.code == "account_locked" ? "" : CodeFields.field(input.code)
        let message = FieldMessage(field, isMissing ? "Enter the code." : problem.detail)
        let html = arrival(
            context, input.token, holder, FormState(messages: [message]), isRecoveryCode: input.code.isRecoveryCode)
        let page = discreet(.page(html, status: isMissing ? 422 : problem.status))
        return problem.headers.reduce(page) { $0.adding($1.name, $1.value) }
    }

    private func question(_ context: RequestContext, _ form: FormState) -> HTML {
        let field = TextField(
            "email", label: "Email address", value: form.value("email"), kind: .email, error: form.message("email"),
            autocomplete: "username", maxLength: 254)
        return VisitorPage(
            shell: appearance.shell(context), title: "Sign in by mail",
            lead: "We send you a link. It signs you in without your password.", messages: form.messages,
            content: """
                \(VisitorPage.form(
                    action: context.mount + SignInLinkRoutes.formPath, csrfToken: context.csrf.value, fields: "\(field)",
                    button: "Send the link"))\(back(context))
                """
        ).html
    }

    private func sent(_ context: RequestContext) -> HTML {
        VisitorPage(
            shell: appearance.shell(context), title: "Look in your mail",
            lead: """
                If there is an account under this address, a link is on its way to it. It is good for \
                \(AccountLetters.words(links.life)). Nothing there after a few minutes? Look among the unwanted mails, \
                then try again.
                """,
            content: "\(Button("Back to signing in", href: context.mount + IdentityRoutes.signInPath))"
        ).html
    }

    private func arrival(
        _ context: RequestContext, _ token: String, _ holder: MailedLinks.Holder, _ form: FormState = .fresh,
        isRecoveryCode: Bool = false
    ) -> HTML {
        let error = form.messages.first { !$0.field.isEmpty }?.message
        let code: HTML? = holder.hasSecondFactor ? CodeFields(error: error, isRecoveryCode: isRecoveryCode).html : nil
        return VisitorPage(
            shell: appearance.shell(context), title: "Sign in", lead: "Signing in as \(holder.email)",
            messages: form.messages,
            content: VisitorPage.form(
                action: context.mount + SignInLinkRoutes.confirmPath, csrfToken: context.csrf.value,
                fields: "<input type=\"hidden\" name=\"token\" value=\"\(token)\">\(code)", button: "Sign in")
        ).html
    }

    private func lapsed(_ context: RequestContext) -> PageReply {
        let again = Button("Ask for a new link", href: context.mount + SignInLinkRoutes.formPath, weight: .primary)
        let page = VisitorPage(
            shell: appearance.shell(context), title: "This link no longer works",
            lead: "\(SignIn.linkRefusal.detail)", content: "\(again)\(back(context))"
        ).html
        return discreet(.page(page, status: 410))
    }

    private func back(_ context: RequestContext) -> HTML {
        """
        <p class="sign-in-reset"><a href="\(context.mount)\(IdentityRoutes.signInPath)">Sign in with your password</a></p>
        """
    }

    /// A page whose address is a secret.
    private func discreet(_ page: PageReply) -> PageReply {
        page.adding("referrer-policy", "no-referrer")
    }
}
