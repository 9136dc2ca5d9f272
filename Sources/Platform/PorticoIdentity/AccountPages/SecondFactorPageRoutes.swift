import PorticoHTTP
import PorticoPages
import PorticoValues

/// The pages on which an authenticator is added and removed.
///
/// | POST below `/account/second-factor` | fields besides `_csrf` and `idempotency_key` | shows |
/// |---|---|---|
/// | (itself) | `password` | the secret, as a QR code and for typing |
/// | `/confirm` | `code`, `secret` | the recovery codes |
/// | `/recovery-codes` | `password`, `code` or `recovery_code` | new recovery codes |
/// | `/remove` | `password`, `code` or `recovery_code` | the account page |
///
/// What is shown once is the answer to its form, kept sealed with the form's key: a double click shows the same again.
struct SecondFactorPageRoutes: Sendable {
    private static let path = AccountAppearance.secondFactorPath

    let own: OwnAccount
    let appearance: AccountAppearance

    var routes: [Route] {
        [show, enrol.showingSecrets(), confirm.showingSecrets(), renew.showingSecrets(), remove]
    }

    private var show: Route {
        .page(.get, SecondFactorPageRoutes.path, "secondFactorPage", "One's own authenticator", access: .signedIn) {
            (context: RequestContext, query: AccountForms.Query) -> PageReply in
            var page = try await page(context)
            page.frame.shell.notices += AccountNotices.notices(query.done)
            return page.reply()
        }
    }

    private var enrol: Route {
        .page(
            .post, SecondFactorPageRoutes.path, "submitEnrolment", "Begin to add an authenticator by the form",
            access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: AccountForms.Password) -> PageReply in
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal { throw refusal.problem }
                return try await own.enrol(password: form.password, by: context)
            }
            switch result {
            case .success(let enrolment):
                return EnrolmentPage(frame: try await AccountFrame(context, appearance), enrolment: enrolment).reply()
            case .failure(let refusal):
                return try await page(context, .enrol, refusal.messages).reply(refusal)
            }
        }
    }

    private var confirm: Route {
        .page(
            .post, SecondFactorPageRoutes.path + "/confirm", "submitEnrolmentCode",
            "Show a code of the new authenticator by the form", access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: AccountForms.Confirmation) -> PageReply in
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal { throw refusal.problem }
                return try await own.confirm(code: form.code, by: context)
            }
            switch result {
            case .success(let codes): return try await codesPage(context, codes, isFirst: true)
            case .failure(let refusal): return try await again(context, form, refusal)
            }
        }
    }

    private var renew: Route {
        .page(
            .post, SecondFactorPageRoutes.path + "/recovery-codes", "submitRecoveryCodes",
            "Get new recovery codes by the form", access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: AccountForms.Proof) -> PageReply in
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal { throw refusal.problem }
                return try await own.renewRecoveryCodes(form.proof, by: context)
            }
            switch result {
            case .success(let codes) where codes.isEmpty:
                return .redirect(to: context.mount + SecondFactorPageRoutes.path)
            case .success(let codes): return try await codesPage(context, codes, isFirst: false)
            case .failure(let refusal):
                return try await page(context, .renew, refusal.messages(form.code), form.code).reply(refusal)
            }
        }
    }

    private var remove: Route {
        .page(
            .post, SecondFactorPageRoutes.path + "/remove", "submitSecondFactorRemoval",
            "Remove one's own authenticator by the form", access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: AccountForms.Proof) -> PageReply in
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal { throw refusal.problem }
                try await own.removeSecondFactor(form.proof, by: context)
            }
            guard case .failure(let refusal) = result else {
                return .redirect(to: "\(context.mount)\(AccountAppearance.accountPath)?done=disabled")
            }
            return try await page(context, .remove, refusal.messages(form.code), form.code).reply(refusal)
        }
    }

    private func page(
        _ context: RequestContext, _ openForm: SecondFactorPage.Form? = nil, _ messages: [FieldMessage] = [],
        _ code: TypedCode? = nil
    ) async throws -> SecondFactorPage {
        SecondFactorPage(
            frame: try await AccountFrame(context, appearance), status: try await own.secondFactor(by: context),
            openForm: openForm, messages: messages, isRecoveryCode: code?.isRecoveryCode ?? false)
    }

    private func codesPage(_ context: RequestContext, _ codes: [String], isFirst: Bool) async throws -> PageReply {
        RecoveryCodesPage(frame: try await AccountFrame(context, appearance), codes: codes, isFirst: isFirst).reply()
    }

    /// The secret again for whoever was shown it; the beginning where another enrolment has begun since.
    private func again(
        _ context: RequestContext, _ form: AccountForms.Confirmation, _ refusal: RefusedForm
    ) async throws -> PageReply {
        guard let enrolment = try await own.pending(form.secret, by: context) else {
            let message = FieldMessage("", "This set-up no longer counts. Look at the state below and begin again.")
            return try await page(context, .enrol, [message]).reply(refusal)
        }
        return EnrolmentPage(
            frame: try await AccountFrame(context, appearance), enrolment: enrolment, messages: refusal.messages
        ).reply(refusal)
    }
}
