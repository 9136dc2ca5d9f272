import PorticoHTTP
import PorticoPages

/// Accepting an invitation, for people. The token is in the query, so the page tells no other site where it was and
/// nobody keeps it.
extension InvitationAcceptance {
    private static let formPath = "/invitation"

    private struct Arrival: RouteInput {
        let token: String

        init(_ fields: inout FieldReader) {
            token = fields.optionalText("token", 0...262_144, "The token in the link that was sent") ?? ""
        }
    }

    private struct Typed: RouteInput {
        let acceptance: Acceptance

        init(_ fields: inout FieldReader) {
            let token = fields.optionalText("token", 0...262_144, "The token in the link that was sent") ?? ""
            let name = fields.optionalText("name", 0...262_144, "Name as others see it") ?? ""
            let password = fields.optionalText("password", 0...262_144, "The password wanted") ?? ""
            acceptance = Acceptance(token: token, name: name, password: password)
        }
    }

    /// The form.
    var form: Route {
        .page(
            .get, InvitationAcceptance.formPath, "invitationPage", "The form to accept an invitation",
            access: .anonymous, cache: .noStore
        ) { (context: RequestContext, input: Arrival) -> PageReply in
            guard let invitation = try await invitation(behind: input.token, context) else { return lapsed(context) }
            let form = FormState(values: ["name": invitation.name])
            return .page(page(context, invitation, input.token, form)).discreet()
        }
    }

    /// What the form sends.
    var submission: Route {
        .page(
            .post, InvitationAcceptance.formPath, "submitInvitation", "Accept an invitation by the form",
            access: .anonymous, limit: .signIn
        ) { (context: RequestContext, input: Typed) -> PageReply in
            guard let invitation = try await invitation(behind: input.acceptance.token, context) else {
                return lapsed(context)
            }
            let messages = messages(for: input.acceptance, invitation)
            guard messages.isEmpty else {
                let form = FormState(values: ["name": String(input.acceptance.name.prefix(200))], messages: messages)
                return .page(page(context, invitation, input.acceptance.token, form), status: 422).discreet()
            }
            do {
                let new = try await begin(input.acceptance, context)
                return PageReply.redirect(to: "\(context.mount)/").adding("set-cookie", new.cookie)
                    .adding("set-cookie", new.browserCookie)
            } catch let problem as Problem where problem.code == InvitationAcceptance.refusal.code {
                return lapsed(context)
            }
        }
    }

    private func invitation(behind text: String, _ context: RequestContext) async throws -> Invitation? {
        guard let token = SessionToken(text) else { return nil }
        return try await invitation(of: token, context)
    }

    private func messages(for acceptance: Acceptance, _ invitation: Invitation) -> [FieldMessage] {
        var messages: [FieldMessage] = []
        let name = acceptance.name
        if name.allSatisfy(\.isWhitespace) { messages.append(FieldMessage("name", "Enter your name.")) }
        if name.unicodeScalars.count > 200 { messages.append(FieldMessage("name", "Enter a shorter name.")) }
        if let refusal = passwords.refusal(of: acceptance.password, email: invitation.email) {
            messages.append(FieldMessage("password", "The password \(refusal.message)."))
        }
        return messages
    }

    private func page(
        _ context: RequestContext, _ invitation: Invitation, _ token: String, _ form: FormState
    ) -> HTML {
        let name = TextField(
            "name", label: "Your name", value: form.value("name"), hint: "As others see it.",
            error: form.message("name"), autocomplete: "name", maxLength: 200)
        return VisitorPage(
            shell: appearance.shell(context), title: "Welcome",
            lead: "You sign in as \(invitation.email). Choose your password.", messages: form.messages,
            content: VisitorPage.form(
                action: context.mount + InvitationAcceptance.formPath, csrfToken: context.csrf.value,
                fields: """
                    <input type="hidden" name="token" value="\(token)">\(name)\(VisitorPage.newPassword(form))
                    """,
                button: "Accept and sign in")
        ).html
    }

    private func lapsed(_ context: RequestContext) -> PageReply {
        let page = VisitorPage(
            shell: appearance.shell(context), title: "This invitation no longer works",
            lead: "\(InvitationAcceptance.refusal.detail)",
            content: "\(Button("Sign in", href: "\(context.mount)/sign-in"))"
        ).html
        return .page(page, status: 410).discreet()
    }
}
