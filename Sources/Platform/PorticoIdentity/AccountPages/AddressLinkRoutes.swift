import PorticoHTTP
import PorticoPages

/// The page to which a link to another address leads, and its form (POST with `token`). Whoever follows it may be signed
/// in or not: mails are read on other devices.
struct AddressLinkRoutes: Sendable {
    static let path = AccountAppearance.accountPath + "/address/confirm"

    let own: OwnAccount
    let appearance: IdentityRoutes.Appearance

    var routes: [Route] { own.addresses == nil ? [] : [arrival, confirm] }

    private struct Arrival: RouteInput {
        let token: String
        let isDone: Bool

        init(_ fields: inout FieldReader) {
            token = fields.typed("token", "The token in the link that was sent")
            isDone = fields.optionalText("done", 0...1, "Whether the address was just changed") != nil
        }
    }

    /// Where the link leads. Following it changes nothing yet: programs that look at mails follow links, too.
    private var arrival: Route {
        .page(
            .get, AddressLinkRoutes.path, "addressLinkPage", "The button that confirms another address",
            access: .anonymous, cache: .noStore
        ) { (context: RequestContext, input: Arrival) -> PageReply in
            if input.isDone { return .page(done(context)) }
            guard let email = try await own.address(of: input.token, by: context) else { return lapsed(context) }
            let page = VisitorPage(
                shell: appearance.shell(context), title: "Is this your address?",
                lead: """
                    You sign in with <strong>\(email)</strong> from now on, and everything you are signed in with ends.
                    """,
                content: VisitorPage.form(
                    action: context.mount + AddressLinkRoutes.path, csrfToken: context.csrf.value,
                    fields: "<input type=\"hidden\" name=\"token\" value=\"\(input.token)\">",
                    button: "Use this address"))
            return .page(page.html).discreet()
        }
    }

    private var confirm: Route {
        .page(
            .post, AddressLinkRoutes.path, "submitAddressLink", "Confirm another address by the form",
            access: .anonymous, limit: .signIn
        ) { (context: RequestContext, input: AccountForms.Token) -> PageReply in
            do {
                try await own.confirmAddress(input.token, by: context)
            } catch let problem as Problem where problem.code == OwnAccount.addressLinkRefusal.code {
                return lapsed(context)
            } catch let refusal as AccountRefusal {
                return message(context, "Nothing was changed", refusal.problem)
            }
            return .redirect(to: "\(context.mount)\(AddressLinkRoutes.path)?done=1")
        }
    }

    private func done(_ context: RequestContext) -> HTML {
        VisitorPage(
            shell: appearance.shell(context), title: "Your address was changed",
            lead: "Everything you were signed in with has been signed out.",
            content: "\(Button("Sign in", href: context.mount + IdentityRoutes.signInPath, weight: .primary))"
        ).html
    }

    private func lapsed(_ context: RequestContext) -> PageReply {
        message(context, "This link no longer works", OwnAccount.addressLinkRefusal, status: 410)
    }

    private func message(
        _ context: RequestContext, _ title: String, _ problem: Problem, status: HTTPStatus? = nil
    ) -> PageReply {
        let account = Button("Your account", href: context.mount + AccountAppearance.accountPath)
        let page = VisitorPage(
            shell: appearance.shell(context), title: title, lead: "\(problem.detail)", content: "\(account)")
        return .page(page.html, status: status ?? problem.status).discreet()
    }
}
