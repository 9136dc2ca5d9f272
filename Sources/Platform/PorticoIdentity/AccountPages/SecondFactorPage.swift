import PorticoPages

/// `GET /account/second-factor`, and the refusals of its forms: how far one is with the authenticator, and the forms to
/// begin, to get new recovery codes and to remove it.
struct SecondFactorPage: AccountPageContent {
    /// The forms, by the prefix of their fields' ids.
    enum Form: String, Sendable {
        case enrol, renew, remove
    }

    var frame: AccountFrame
    let status: SecondFactorStatus
    /// Which form came back.
    let openForm: Form?
    /// What is wrong with it.
    let messages: [FieldMessage]
    /// Whether its code was typed as a recovery code.
    let isRecoveryCode: Bool

    var title: String { "Two-step sign-in" }

    var content: HTML {
        let heading = PageHeading(
            "Two-step sign-in", subtitle: "Signing in takes your password and a code from your phone.",
            back: ("Your account", frame.address()))
        return """
            \(heading)\(ErrorSummary(messages, scope: openForm?.rawValue ?? "f"))
            <div class="stack account-narrow">\(isActive ? active : inactive)</div>
            """
    }

    private var isActive: Bool { status.state == SecondFactorStore.State.active.rawValue }

    private var inactive: HTML {
        let form = frame.form(
            "/second-factor",
            fields: """
                \(frame.usernameField)\
                \(PasswordFields.current("password", label: "Your password", message(.enrol), scope: Form.enrol.rawValue))
                """, buttons: "\(Button("Begin"))")
        return """
            \(status.isRequired ? requirement : nil)<section class="block" aria-labelledby="set-up-title">\
            <div class="section-head"><h2 id="set-up-title">Set it up</h2>\(Badge("Off"))</div>\
            <div class="stack"><ol class="steps">\(steps)</ol>\(form)</div></section>
            """
    }

    private var requirement: Notice {
        Notice("Your role needs it", tone: .warn, detail: "You can go on with your work as soon as it is set up.")
    }

    private var steps: HTML {
        let sentences: [HTML] = [
            "Have an authenticator on your phone: Google Authenticator, Microsoft Authenticator, 2FAS, or the password "
                + "manager that came with it.",
            "Type your password below. The next page shows a square to scan.",
            "Type the six digits your phone shows then, and keep the recovery codes.",
        ]
        return HTML(
            joining: sentences.enumerated().map { index, sentence in
                "<li><span class=\"soft\" aria-hidden=\"true\">\(index + 1)</span><span>\(sentence)</span></li>"
            })
    }

    private var active: HTML {
        """
        <section class="block" aria-labelledby="state-title"><div class="section-head"><h2 id="state-title">State</h2>\
        \(Badge("On", tone: .good))</div>\(RecoveryCodesLeft(count: status.recoveryCodesLeft))</section>
        <div class="folds">\(renewal)\(removal)</div>
        """
    }

    private var renewal: HTML {
        fold(
            .renew, "New recovery codes", icon: .retry, path: "/second-factor/recovery-codes",
            words: "You get ten new codes. The ones you have are worth nothing then.",
            button: Button("Make new codes"))
    }

    private var removal: HTML {
        fold(
            .remove, "Turn it off", icon: .unlock, path: "/second-factor/remove",
            words: status.isRequired
                ? "Your role needs it: you can do nothing here until you set it up again. Everything else you are signed "
                    + "in with ends."
                : "Signing in takes your password only. Everything else you are signed in with ends.",
            button: Button("Turn off", weight: .danger, icon: .unlock))
    }

    private func fold(
        _ form: Form, _ title: String, icon: Icon, path: String, words: String, button: Button
    ) -> HTML {
        let error = message(form)
        let code = CodeFields(
            error: error("code") ?? error("recovery_code"), isRecoveryCode: openForm == form && isRecoveryCode,
            scope: form.rawValue)
        let fields: HTML = """
            <p>\(words)</p>\(frame.usernameField)\
            \(PasswordFields.current("password", label: "Your password", error, scope: form.rawValue))\(code)
            """
        return """
            <details class="fold"\(HTML.flag("open", openForm == form))><summary>\(icon)<span>\(title)</span></summary>\
            <div>\(frame.form(path, fields: fields, buttons: "\(button)"))</div></details>
            """
    }

    /// What is wrong with the fields of a form, if it is the one that came back.
    private func message(_ form: Form) -> (String) -> String? {
        { field in openForm == form ? messages.first { $0.field == field }?.message : nil }
    }
}
