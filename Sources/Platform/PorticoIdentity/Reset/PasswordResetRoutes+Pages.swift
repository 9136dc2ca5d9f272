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

    private struct Chosen: RouteInput {
        let token: String
        let password: String

        init(_ fields: inout FieldReader) {
            token = fields.optionalText("token", 0...262_144, "The token in the link that was sent") ?? ""
            password = fields.optionalText("password", 0...262_144, "The password wanted") ?? ""
        }
    }

    private var forms: LinkForms {
        LinkForms(
            path: PasswordResetRoutes.formPath, title: "Forgotten your password?",
            lead: "We send you a link with which you choose a new one.", life: resets.life,
            refusal: PasswordResetRoutes.refusal, appearance: appearance)
    }

    /// The form that asks, what follows it, or, with a token, the form that chooses.
    var form: Route {
        .page(
            .get, PasswordResetRoutes.formPath, "passwordResetPage", "The forms to get a new password",
            access: .anonymous, cache: .noStore
        ) { (context: RequestContext, input: Arrival) -> PageReply in
            if let text = input.token {
                guard let token = SessionToken(text), try await holder(of: token, context) != nil else {
                    return forms.lapsed(context)
                }
                return .page(choice(context, text, .fresh)).discreet()
            }
            if input.isSent { return .page(forms.sent(context)) }
            return .page(input.isDone ? done(context) : forms.question(context))
        }
    }

    /// What the form that asks sends.
    var submission: Route {
        forms.submission("submitPasswordReset", "Ask for a link by the form") { try await ask($0, $1) }
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
                return forms.lapsed(context)
            } catch let problem as Problem where problem.code == "validation_failed" {
                let messages = problem.errors.map { FieldMessage($0.field, "The password \($0.message).") }
                let page = choice(context, input.token, FormState(messages: messages))
                return .page(page, status: problem.status).discreet()
            }
        }
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
}
