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

    private struct Shown: RouteInput {
        let token: String
        let code: TypedCode

        init(_ fields: inout FieldReader) {
            token = fields.typed("token", "The token in the link that was sent")
            code = TypedCode(&fields)
        }
    }

    private var forms: LinkForms {
        LinkForms(
            path: SignInLinkRoutes.formPath, title: "Sign in by mail",
            lead: "We send you a link. It signs you in without your password.", life: links.life,
            refusal: SignIn.linkRefusal, appearance: appearance, otherWay: "Sign in with your password")
    }

    /// The form that asks, what follows it, or, with a token, the button that signs in.
    var form: Route {
        .page(
            .get, SignInLinkRoutes.formPath, "signInLinkPage", "The forms to sign in by a link", access: .anonymous,
            cache: .noStore
        ) { (context: RequestContext, input: Arrival) -> PageReply in
            if let text = input.token {
                guard let token = SessionToken(text), let holder = try await holder(of: token, context) else {
                    return forms.lapsed(context)
                }
                return .page(arrival(context, text, holder)).discreet()
            }
            return .page(input.isSent ? forms.sent(context) : forms.question(context))
        }
    }

    /// What the form that asks sends.
    var submission: Route {
        forms.submission("submitSignInLink", "Ask for a link to sign in by the form") { try await ask($0, $1) }
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
                return forms.lapsed(context)
            } catch let problem as Problem where SignIn.formCodes[problem.code] != nil {
                return try await again(input, problem, context)
            }
        }
    }

    private func again(_ input: Shown, _ problem: Problem, _ context: RequestContext) async throws -> PageReply {
        guard let token = SessionToken(input.token), let holder = try await holder(of: token, context) else {
            return forms.lapsed(context)
        }
        let isMissing = problem.code == SignIn.codeRequired.code
        let field = problem.code == "account_locked" ? "" : CodeFields.field(input.code)
        let message = FieldMessage(field, isMissing ? "Enter the code." : problem.detail)
        let html = arrival(
            context, input.token, holder, FormState(messages: [message]), isRecoveryCode: input.code.isRecoveryCode)
        let page = PageReply.page(html, status: isMissing ? 422 : problem.status).discreet()
        return problem.headers.reduce(page) { $0.adding($1.name, $1.value) }
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
}
