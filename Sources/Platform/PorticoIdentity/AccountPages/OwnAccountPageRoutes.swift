import PorticoHTTP
import PorticoPages

/// The pages with which people change the address they sign in with, and close their account.
///
/// | POST below `/account` | fields besides `_csrf` and `idempotency_key` |
/// |---|---|
/// | `/address` | `email`, `password`, `code` or `recovery_code` |
/// | `/close` | `password`, `code` or `recovery_code` |
struct OwnAccountPageRoutes: Sendable {
    private static let addressPath = AccountAppearance.accountPath + "/address"
    private static let closePath = AccountAppearance.accountPath + "/close"

    let own: OwnAccount
    let appearance: AccountAppearance

    /// Only what the application can do.
    var routes: [Route] {
        (own.addresses == nil ? [] : [address, ask]) + (own.closing == nil ? [] : [closing, close])
    }

    // MARK: - Another address

    private var address: Route {
        .page(
            .get, OwnAccountPageRoutes.addressPath, "addressPage", "The form for another address to sign in with",
            access: .signedIn
        ) { (context: RequestContext, _: NoInput) -> PageReply in
            let frame = try await AccountFrame(context, appearance)
            return AddressPage(frame: frame, wantsCode: try await wantsCode(context)).reply()
        }
    }

    private var ask: Route {
        .page(
            .post, OwnAccountPageRoutes.addressPath, "submitAddress", "Ask for another address by the form",
            access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: AccountForms.Address) -> PageReply in
            let wantsCode = try await wantsCode(context)
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal(wantsCode: wantsCode) { throw refusal.problem }
                try await own.requestAddress(form.email, form.proof.proof, by: context)
            }
            guard case .failure(let refusal) = result else {
                return .redirect(to: "\(context.mount)\(AccountAppearance.accountPath)?done=address")
            }
            var page = AddressPage(frame: try await AccountFrame(context, appearance), wantsCode: wantsCode)
            page.email = String(form.email.prefix(254))
            page.messages = refusal.messages(form.proof.code)
            page.isRecoveryCode = form.proof.code.isRecoveryCode
            return page.reply(refusal)
        }
    }

    // MARK: - Closing

    private var closing: Route {
        .page(
            .get, OwnAccountPageRoutes.closePath, "closeAccountPage", "The form to close one's account",
            access: .signedIn
        ) { (context: RequestContext, _: NoInput) -> PageReply in
            let frame = try await AccountFrame(context, appearance)
            return ClosingPage(frame: frame, wantsCode: try await wantsCode(context)).reply()
        }
    }

    private var close: Route {
        .page(
            .post, OwnAccountPageRoutes.closePath, "submitAccountClosing", "Close one's account by the form",
            access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: AccountForms.Proof) -> PageReply in
            let wantsCode = try await wantsCode(context)
            let result = try await RefusedForm.catching {
                let problems = form.problems(wantsCode: wantsCode)
                if let refusal = RefusedForm(problems) { throw refusal.problem }
                return try await own.close(form.proof, by: context)
            }
            switch result {
            case .success(let cookie):
                return PageReply.redirect(to: context.mount + IdentityRoutes.signInPath).adding("set-cookie", cookie)
            case .failure(let refusal):
                var page = ClosingPage(frame: try await AccountFrame(context, appearance), wantsCode: wantsCode)
                page.messages = refusal.messages(form.code)
                page.isRecoveryCode = form.code.isRecoveryCode
                return page.reply(refusal)
            }
        }
    }

    private func wantsCode(_ context: RequestContext) async throws -> Bool {
        try await own.secondFactor(by: context).state == SecondFactorStore.State.active.rawValue
    }
}
