import PorticoHTTP
import PorticoPages
import PorticoValues

/// The pages around a link that is mailed to whoever asks for it: the form that asks, what follows it, and what a link
/// leads to that no longer works. They say the same whether or not there is an account under an address.
struct LinkForms: Sendable {
    /// Path of the form, below the mount.
    let path: String
    /// Heading of the form.
    let title: String
    /// What the link is for.
    let lead: String
    /// How long a link is good for.
    let life: Span
    /// What is said of a link that does not hold, whatever the reason.
    let refusal: Problem
    let appearance: IdentityRoutes.Appearance
    /// Words of a way to the page to sign in at, below the form and beside a link that no longer works; nil for none.
    var otherWay: String?

    private struct Typed: RouteInput {
        let email: String

        init(_ fields: inout FieldReader) {
            email = fields.typed("email", "Sign-in address")
        }
    }

    /// What the form sends.
    /// - Parameter ask: gets what was typed when it has the form of an address.
    func submission(
        _ name: String, _ summary: String, ask: @escaping @Sendable (String, RequestContext) async throws -> Void
    ) -> Route {
        .page(.post, path, name, summary, access: .anonymous, limit: .signIn) {
            (context: RequestContext, input: Typed) -> PageReply in
            guard let email = EmailAddress(input.email) else {
                let form = FormState(
                    values: ["email": String(input.email.prefix(254))],
                    messages: [FieldMessage("email", "Enter your email address.")])
                return .page(question(context, form), status: 422)
            }
            try await ask(email.text, context)
            return .redirect(to: "\(context.mount)\(path)?sent=1")
        }
    }

    /// The form that asks.
    func question(_ context: RequestContext, _ form: FormState = .fresh) -> HTML {
        let field = TextField(
            "email", label: "Email address", value: form.value("email"), kind: .email, error: form.message("email"),
            autocomplete: "username", maxLength: 254)
        let asking = VisitorPage.form(
            action: context.mount + path, csrfToken: context.csrf.value, fields: "\(field)", button: "Send the link")
        return VisitorPage(
            shell: appearance.shell(context), title: title, lead: "\(lead)", messages: form.messages,
            content: "\(asking)\(wayOn(context))"
        ).html
    }

    /// What follows the form.
    func sent(_ context: RequestContext) -> HTML {
        VisitorPage(
            shell: appearance.shell(context), title: "Look in your mail",
            lead: """
                If there is an account under this address, a link is on its way to it. It is good for \
                \(AccountLetters.words(life)). Nothing there after a few minutes? Look among the unwanted mails, then \
                try again.
                """,
            content: "\(Button("Back to signing in", href: context.mount + IdentityRoutes.signInPath))"
        ).html
    }

    /// What a link leads to that no longer works.
    func lapsed(_ context: RequestContext) -> PageReply {
        let again = Button("Ask for a new link", href: context.mount + path, weight: .primary)
        let page = VisitorPage(
            shell: appearance.shell(context), title: "This link no longer works", lead: "\(refusal.detail)",
            content: "\(again)\(wayOn(context))"
        ).html
        return .page(page, status: 410).discreet()
    }

    private func wayOn(_ context: RequestContext) -> HTML {
        guard let otherWay else { return .empty }
        return """
            <p class="sign-in-reset"><a href="\(context.mount)\(IdentityRoutes.signInPath)">\(otherWay)</a></p>
            """
    }
}

extension PageReply {
    /// The same for a page whose address is a secret: it tells no other site where it was.
    func discreet() -> PageReply {
        adding("referrer-policy", "no-referrer")
    }
}
