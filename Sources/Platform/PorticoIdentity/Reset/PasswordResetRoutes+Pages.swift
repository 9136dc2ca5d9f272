import PorticoHTTP
import PorticoPages

/// Choosing a new password, for people: ask, look in the mail, follow the link, choose.
///
/// The link carries its token in the query, because a page without script can't read a fragment. So the page tells no
/// other site where it was (`no-referrer`), and nobody keeps it.
extension PasswordResetRoutes {
    static let formPath = "/reset"
    private static let confirmPath = "/reset/confirm"

    private struct Arrival: RouteInput {
        let token: String?
        let isSent: Bool
        let isDone: Bool

        init(_ fields: inout FieldReader) {
            token = fields.optionalText("token", 0...262_144, "The token in the link that was sent")
            isSent = fields.optionalText("sent", 0...1, "Whether a link was just asked for") != nil
            isDone = fields.optionalText("done", 0...1, "Whether the password was just changed") != nil
        }
    }

    private struct Typed: RouteInput {
        let email: String

        init(_ fields: inout FieldReader) {
            email = fields.optionalText("email", 0...262_144, "Sign-in address") ?? ""
        }
    }

    private struct Chosen: RouteInput {
        let token: String
        let password: String

        init(_ fields: inout FieldReader) {
            token = fields.optionalText("token", 0...262_144, "The token in the link that was sent") ?? ""
            password = fields.optionalText("password", 0...262_144, "The password wanted") ?? ""
        }
    }

    /// The form that asks, what follows it, or, with a token, the form that chooses.
    var form: Route {
        .page(
            .get, PasswordResetRoutes.formPath, "passwordResetPage", "The forms to get a new password",
            access: .anonymous, cache: .noStore
        ) { (context: RequestContext, input: Arrival) -> PageReply in
            if let text = input.token {
                guard let token = SessionToken(text), try await holder(of: token, context) != nil else {
                    return lapsed(context)
                }
                return discreet(.page(choice(context, text, .fresh)))
            }
            if input.isSent { return .page(sent(context)) }
            return .page(input.isDone ? done(context) : question(context, .fresh))
        }
    }

    /// What the form that asks sends.
    var submission: Route {
        .page(
            .post, PasswordResetRoutes.formPath, "submitPasswordReset", "Ask for a link by the form",
            access: .anonymous, limit: .signIn
        ) { (context: RequestContext, input: Typed) -> PageReply in
            guard let email = EmailAddress(input.email) else {
                let form = FormState(
                    values: ["email": String(input.email.prefix(254))],
                    messages: [FieldMessage("email", "Enter your email address.")])
                return .page(question(context, form), status: 422)
            }
            try await ask(email.text, context)
            return .redirect(to: "\(context.mount)\(PasswordResetRoutes.formPath)?sent=1")
        }
    }

    /// What the form that chooses sends.
    var confirmation: Route {
        .page(
            .post, PasswordResetRoutes.confirmPath, "submitNewPassword", "Choose a new password by the form",
            access: .anonymous, limit: .signIn
        ) { (context: RequestContext, input: Chosen) -> PageReply in
            do {
                let cookie = try await choose(input.password, token: input.token, context)
                return PageReply.redirect(to: "\(context.mount)\(PasswordResetRoutes.formPath)?done=1")
                    .adding("set-cookie", cookie)
            } catch let problem as Problem where problem.code == PasswordResetRoutes.refusal.code {
                return lapsed(context)
            } catch let problem as Problem where problem.code == "validation_failed" {
                let messages = problem.errors.map { FieldMessage($0.field, "The password \($0.message).") }
                let page = choice(context, input.token, FormState(messages: messages))
                return discreet(.page(page, status: problem.status))
            }
        }
    }

    private func question(_ context: RequestContext, _ form: FormState) -> HTML {
        let field = TextField(
            "email", label: "Email address", value: form.value("email"), kind: .email, error: form.message("email"),
            autocomplete: "username", maxLength: 254)
        return VisitorPage(
            shell: appearance.shell(context), title: "Forgotten your password?",
            lead: "We send you a link with which you choose a new one.", messages: form.messages,
            content: VisitorPage.form(
                action: context.mount + PasswordResetRoutes.formPath, csrfToken: context.csrf.value,
                fields: "\(field)", button: "Send the link")
        ).html
    }

    private func sent(_ context: RequestContext) -> HTML {
        VisitorPage(
            shell: appearance.shell(context), title: "Look in your mail",
            lead: """
                If there is an account under this address, a link is on its way to it. It is good for \
                \(AccountLetters.words(resets.life)). Nothing there after a few minutes? Look among the unwanted mails, \
                then try again.
                """,
            content: "\(Button("Back to signing in", href: "\(context.mount)/sign-in"))"
        ).html
    }

    private func done(_ context: RequestContext) -> HTML {
        VisitorPage(
            shell: appearance.shell(context), title: "Your password was changed",
            lead: "Everything you were signed in with has been signed out.",
            content: "\(Button("Sign in", href: "\(context.mount)/sign-in", weight: .primary))"
        ).html
    }

    private func choice(_ context: RequestContext, _ token: String, _ form: FormState) -> HTML {
        VisitorPage(
            shell: appearance.shell(context), title: "Choose a new password",
            lead: "Everything you are signed in with will be signed out.", messages: form.messages,
            content: VisitorPage.form(
                action: context.mount + PasswordResetRoutes.confirmPath, csrfToken: context.csrf.value,
                fields: """
                    <input type="hidden" name="token" value="\(token)">\(VisitorPage.newPassword(form))
                    """,
                button: "Change the password")
        ).html
    }

    private func lapsed(_ context: RequestContext) -> PageReply {
        let page = VisitorPage(
            shell: appearance.shell(context), title: "This link no longer works",
            lead: "\(PasswordResetRoutes.refusal.detail)",
            content: """
                \(Button("Ask for a new link", href: context.mount + PasswordResetRoutes.formPath, weight: .primary))
                """
        ).html
        return discreet(.page(page, status: 410))
    }

    /// A page whose address is a secret.
    private func discreet(_ page: PageReply) -> PageReply {
        page.adding("referrer-policy", "no-referrer")
    }
}
