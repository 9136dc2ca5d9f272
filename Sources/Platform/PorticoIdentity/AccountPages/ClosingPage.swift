import PorticoPages

/// `GET /account/close`, and the refusals of its form: closing one's account.
struct ClosingPage: AccountPageContent {
    var frame: AccountFrame
    let wantsCode: Bool
    /// What is wrong with the form that came back.
    var messages: [FieldMessage] = []
    /// Whether its code was typed as a recovery code.
    var isRecoveryCode = false

    var title: String { "Close your account" }

    var content: HTML {
        let heading = PageHeading("Close your account", back: ("Your account", frame.address()))
        let proof = ProofFields(frame: frame, wantsCode: wantsCode, messages: messages, isRecoveryCode: isRecoveryCode)
        let close = Button("Close my account", weight: .danger, icon: .lock)
        let form = frame.form(
            "/close", fields: "\(proof)",
            buttons: "\(close)\(Button("Cancel", href: frame.address(), weight: .quiet))")
        return """
            \(heading)\(ErrorSummary(messages))
            <div class="stack account-narrow"><section class="block" aria-labelledby="close-title">\
            <h2 id="close-title">What happens</h2><div class="stack"><p>You are signed out everywhere and \
            cannot sign in again; your API keys are refused.</p><p>What you did stays on record under your name. To have \
            your data erased, ask your administrator, who can also open the account again.</p>\(form)</div></section></div>
            """
    }
}
