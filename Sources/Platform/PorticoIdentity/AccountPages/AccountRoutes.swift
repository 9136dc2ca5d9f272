import PorticoHTTP
import PorticoPages
import PorticoValues

/// The page of one's own account and its forms: the password, and what one is signed in with.
///
/// | POST below `/account` | fields besides `_csrf` and `idempotency_key` |
/// |---|---|
/// | `/password` | `current_password`, `new_password` |
/// | `/sessions/{id}/end` | none |
/// | `/sessions/end-others` | none |
struct AccountRoutes: Sendable {
    let own: OwnAccount
    let keys: OwnAPIKeys
    let appearance: AccountAppearance

    var routes: [Route] {
        [show, changePassword, end, endOthers]
            + SecondFactorPageRoutes(own: own, appearance: appearance).routes
            + APIKeyPageRoutes(own: own, keys: keys, appearance: appearance).routes
            + OwnAccountPageRoutes(own: own, appearance: appearance).routes
            + PhonePageRoutes(own: own, appearance: appearance).routes
    }

    private static let path = AccountAppearance.accountPath

    private var show: Route {
        .page(.get, AccountRoutes.path, "accountPage", "One's own account", access: .signedIn) {
            (context: RequestContext, query: AccountForms.Query) -> PageReply in
            var page = try await page(context, cursor: query.cursor)
            page.frame.shell.notices += AccountNotices.notices(query.done)
            return page.reply()
        }
    }

    private var changePassword: Route {
        .page(
            .post, AccountRoutes.path + "/password", "submitPassword", "Change one's own password by the form",
            access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: AccountForms.PasswordChange) -> PageReply in
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal { throw refusal.problem }
                try await own.changePassword(from: form.current, to: form.new, by: context)
            }
            guard case .failure(let refusal) = result else { return done("password", context) }
            var page = try await page(context)
            page.messages = refusal.messages
            return page.reply(refusal)
        }
    }

    private var end: Route {
        .page(
            .post, AccountRoutes.path + "/sessions/{id}/end", "submitSessionEnd",
            "End one of one's own sessions by the form", access: .signedIn
        ) { (context: RequestContext, form: AccountForms.SessionID) -> PageReply in
            guard let cookie = try await own.end(form.id, by: context) else { return done("session", context) }
            return PageReply.redirect(to: "\(context.mount)/sign-in").adding("set-cookie", cookie)
        }
    }

    private var endOthers: Route {
        .page(
            .post, AccountRoutes.path + "/sessions/end-others", "submitOtherSessionsEnd",
            "End all one's own sessions but this one by the form", access: .signedIn
        ) { (context: RequestContext, _: NoInput) -> PageReply in
            try await own.endOthers(by: context)
            return done("sessions", context)
        }
    }

    private func done(_ deed: String, _ context: RequestContext) -> PageReply {
        .redirect(to: "\(context.mount)\(AccountRoutes.path)?done=\(deed)")
    }

    private func page(_ context: RequestContext, cursor: String? = nil) async throws -> AccountPage {
        let sessions = try await own.sessions(cursor, limit: 50, by: context)
        var frame = try await AccountFrame(context, appearance)
        if try await own.current(context).dues.password { frame.shell.notices.append(AccountNotices.passwordEnded) }
        return AccountPage(
            frame: frame, sessions: sessions.items, cursor: cursor, nextCursor: sessions.next,
            secondFactor: try await own.secondFactor(by: context), phone: try await own.phone(by: context),
            changesAddress: own.addresses != nil, closes: own.closing != nil)
    }
}

/// The line that says what a form did, on the page it leads back to: the item `done` of its address.
enum AccountNotices {
    /// The notice of a deed; none for a word that is no deed.
    static func notices(_ deed: String) -> [Notice] {
        words[deed].map { [Notice($0, tone: .good, detail: details[deed])] } ?? []
    }

    /// Stands above the form that gives another one.
    static let passwordEnded = Notice(
        "Your password has ended", tone: .warn,
        detail: "<a href=\"#password-title\">Choose a new one</a>. Until then your role allows nothing.")

    private static let words = [
        "password": "Your password is changed", "session": "The session has ended",
        "sessions": "All your other sessions have ended", "enabled": "Two-step sign-in is on",
        "disabled": "Two-step sign-in is off", "key": "The key is revoked", "address": "Look in your mail",
        "phone": "Your phone is confirmed", "phone_removed": "Your phone is removed",
    ]

    private static let details: [String: HTML] = [
        "password": "Everything else you were signed in with has ended.",
        "address": "A link is on its way to the new address. Yours changes when you follow it, within an hour.",
        "sessions": "Programs with tokens of yours have to sign in again as well.",
        "enabled": "From now on signing in takes your password and a code.",
        "disabled": "Signing in takes your password only. Your recovery codes are worth nothing now.",
        "key": "What used it is refused from now on.",
        "phone": "Everything else you were signed in with has ended.",
        "phone_removed": "No codes are sent to it any more. Everything else you were signed in with has ended.",
    ]
}
