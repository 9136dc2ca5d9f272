import PorticoHTTP
import PorticoPages

/// The pages on which a phone is added, changed and removed.
///
/// | POST below `/account/phone` | fields besides `_csrf` and `idempotency_key` | shows |
/// |---|---|---|
/// | (itself) | `number`, `password`, `code` or `recovery_code` | the form for the code that was sent |
/// | `/confirm` | `code` | the account page |
/// | `/remove` | `password`, `code` or `recovery_code` | the account page |
///
/// `code` and `recovery_code` beside the password are for those who have an authenticator.
struct PhonePageRoutes: Sendable {
    private static let path = AccountAppearance.accountPath + "/phone"

    let own: OwnAccount
    let appearance: AccountAppearance

    var routes: [Route] { [show, add, confirm, remove] }

    private struct Wish: RouteInput {
        let number: String
        let proof: Proof

        init(_ fields: inout FieldReader) {
            number = fields.typed("number", "The number with + and the code of its country")
            proof = Proof(&fields)
        }

        var refusal: RefusedForm? {
            RefusedForm(AccountForms.problem("number", number, limit: 100) + proof.problems)
        }
    }

    /// Unlike ``AccountForms/Proof`` the code may be missing; whether it must not be is the account's matter.
    private struct Proof: RouteInput {
        let password: String
        let code: TypedCode

        init(_ fields: inout FieldReader) {
            password = fields.typed("password", "The password")
            code = TypedCode(&fields)
        }

        var problems: [Problem.FieldError] {
            let codeProblems = code.text.isEmpty ? [] : AccountForms.problem("code", code.text, limit: 64)
            return AccountForms.problem("password", password) + codeProblems
        }

        var value: OwnAccount.Proof { OwnAccount.Proof(password: password, code: code.text) }
    }

    private struct Code: RouteInput {
        let code: String

        init(_ fields: inout FieldReader) {
            code = fields.typed("code", "The code that was sent to the number")
        }

        var refusal: RefusedForm? { RefusedForm(AccountForms.problem("code", code, limit: 64)) }
    }

    private var show: Route {
        .page(.get, PhonePageRoutes.path, "phonePage", "One's own phone", access: .signedIn) {
            (context: RequestContext, _: NoInput) -> PageReply in
            try await page(context).reply()
        }
    }

    private var add: Route {
        .page(
            .post, PhonePageRoutes.path, "submitPhone", "Send a code to a phone by the form", access: .signedIn,
            limit: .signIn
        ) { (context: RequestContext, form: Wish) -> PageReply in
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal { throw refusal.problem }
                return try await own.addPhone(form.number, form.proof.value, by: context)
            }
            guard case .failure(let refusal) = result else {
                return .redirect(to: context.mount + PhonePageRoutes.path)
            }
            var page = try await page(context, .add, refusal.messages(form.proof.code))
            page.typed = form.number
            page.isRecoveryCode = form.proof.code.isRecoveryCode
            return page.reply(refusal)
        }
    }

    private var confirm: Route {
        .page(
            .post, PhonePageRoutes.path + "/confirm", "submitPhoneCode",
            "Show the code that was sent to a phone by the form", access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: Code) -> PageReply in
            let result = try await RefusedForm.catching {
                if let refusal = form.refusal { throw refusal.problem }
                return try await own.confirmPhone(code: form.code, by: context)
            }
            guard case .failure(let refusal) = result else { return done("phone", context) }
            return try await page(context, .confirm, PhonePageRoutes.messages(refusal)).reply(refusal)
        }
    }

    private var remove: Route {
        .page(
            .post, PhonePageRoutes.path + "/remove", "submitPhoneRemoval", "Remove one's own phone by the form",
            access: .signedIn, limit: .signIn
        ) { (context: RequestContext, form: Proof) -> PageReply in
            let result = try await RefusedForm.catching {
                if let refusal = RefusedForm(form.problems) { throw refusal.problem }
                try await own.removePhone(form.value, by: context)
            }
            guard case .failure(let refusal) = result else { return done("phone_removed", context) }
            var page = try await page(context, .remove, refusal.messages(form.code))
            page.isRecoveryCode = form.code.isRecoveryCode
            return page.reply(refusal)
        }
    }

    private func done(_ deed: String, _ context: RequestContext) -> PageReply {
        .redirect(to: "\(context.mount)\(AccountAppearance.accountPath)?done=\(deed)")
    }

    private func page(
        _ context: RequestContext, _ openForm: PhonePage.Form? = nil, _ messages: [FieldMessage] = []
    ) async throws -> PhonePage {
        let factor = try await own.secondFactor(by: context)
        return PhonePage(
            frame: try await AccountFrame(context, appearance), status: try await own.phone(by: context),
            hasAuthenticator: factor.state == SecondFactorStore.State.active.rawValue, openForm: openForm,
            messages: messages)
    }

    /// What is wrong with the code of a text message, which is no authenticator's.
    private static func messages(_ refusal: RefusedForm) -> [FieldMessage] {
        refusal.problem.errors.contains { $0.code == "wrong_code" }
            ? [FieldMessage("code", "The code is wrong, too old or was tried too often. Send another one if need be.")]
            : refusal.messages
    }
}
