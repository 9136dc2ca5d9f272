import PorticoPages

/// `GET /account/phone`, and the refusals of its forms: which phone gets codes, the form for the code that was sent to a new
/// one, and the forms to add or change it and to remove it.
struct PhonePage: AccountPageContent {
    /// The forms, by the prefix of their fields' ids.
    enum Form: String, Sendable {
        case add, confirm, remove
    }

    var frame: AccountFrame
    let status: PhoneStatus
    /// Whether a code of an authenticator is asked for beside the password.
    let hasAuthenticator: Bool
    /// Which form came back.
    var openForm: Form?
    /// What is wrong with it.
    var messages: [FieldMessage] = []
    /// The number that was typed into it.
    var typed = ""
    /// Whether its code was typed as a recovery code.
    var isRecoveryCode = false

    var title: String { "Phone" }

    var content: HTML {
        let heading = PageHeading(
            "Phone", subtitle: "Codes for signing in can come to it as text messages.",
            back: ("Your account", frame.address()))
        return """
            \(heading)\(ErrorSummary(messages, scope: openForm?.rawValue ?? "f"))
            <div class="stack account-narrow">\(status.isAvailable ? nil : closed)\(state)\(confirmation)\
            \(isEmpty ? first : nil)\(isEmpty ? nil : folds)\(hasAuthenticator ? nil : advice)</div>
            """
    }

    /// Numbers are taken over, and text messages read, by those who want to.
    private var advice: HTML {
        """
        <p class="note">Somebody may get your number moved to a phone of theirs. Codes of \
        <a href="\(frame.address("/second-factor"))">an app on your phone</a> are safer than those of text messages.</p>
        """
    }

    private var isEmpty: Bool { status.number == nil && status.pending == nil }

    private var closed: Notice {
        Notice("No text messages are sent here", tone: .warn, detail: "Codes come by mail as long as that is so.")
    }

    private var state: HTML? {
        guard let number = status.number else { return nil }
        let use: HTML =
            status.isUsed
            ? "<p>Signing in takes a code that is sent to it.</p>"
            : "<p>It is not used at present: your role asks for no code, or you have an authenticator.</p>"
        return """
            <section class="block" aria-labelledby="state-title"><div class="section-head"><h2 id="state-title">Your phone\
            </h2>\(Badge(status.isUsed ? "On" : "Not used", tone: status.isUsed ? .good : .neutral))</div>\
            <p class="code">\(number)</p>\(use)</section>
            """
    }

    private var confirmation: HTML? {
        guard let pending = status.pending, status.isAvailable else { return nil }
        let code = CodeFields.digits(
            label: "Code from our text message", hint: "Six digits, good for some minutes.",
            error: message(.confirm)("code"), scope: Form.confirm.rawValue)
        let form = frame.form("/phone/confirm", fields: "\(code)", buttons: "\(Button("Confirm"))")
        return """
            <section class="block" aria-labelledby="confirm-title"><h2 id="confirm-title">Type the code</h2>\
            <div class="stack"><p>We have sent six digits to <span class="code">\(pending)</span>. Once you have typed them \
            here, everything else you are signed in with ends.</p>\(form)</div></section>
            """
    }

    private var first: HTML? {
        guard status.isAvailable else { return nil }
        return """
            <section class="block" aria-labelledby="add-title"><h2 id="add-title">Add your phone</h2>\
            <div class="stack"><p>We send six digits to it, which you type in on the next page.</p>\
            \(adding(Button("Send the code")))</div></section>
            """
    }

    private var folds: HTML {
        let change: HTML? =
            status.isAvailable
            ? fold(
                .add, status.number == nil ? "Another code, or another number" : "Change the number", icon: .edit,
                adding(Button("Send the code"))) : nil
        let words = status.number == nil ? "The number is forgotten." : "Everything else you are signed in with ends."
        let form = frame.form(
            "/phone/remove", fields: "<p>\(words)</p>\(proof(.remove))",
            buttons: "\(Button("Remove", weight: .danger, icon: .cross))")
        return """
            <div class="folds">\(change)\(fold(.remove, "Remove the phone", icon: .cross, form))</div>
            """
    }

    private func fold(_ form: Form, _ title: String, icon: Icon, _ content: PageForm) -> HTML {
        """
        <details class="fold"\(HTML.flag("open", openForm == form))><summary>\(icon)<span>\(title)</span></summary>\
        <div>\(content)</div></details>
        """
    }

    private func adding(_ button: Button) -> PageForm {
        let number = TextField(
            "number", label: "Phone number", value: openForm == .add ? typed : "", kind: .tel,
            hint: "With + and the code of the country: +91 98765 43210", error: message(.add)("number"),
            autocomplete: "tel", maxLength: 40, width: 24, scope: Form.add.rawValue, inputMode: .tel)
        return frame.form("/phone", fields: "\(number)\(proof(.add))", buttons: "\(button)")
    }

    /// The fields that show that the owner of the account asks.
    private func proof(_ form: Form) -> HTML {
        let error = message(form)
        let code: HTML? =
            hasAuthenticator
            ? CodeFields(
                error: error("code") ?? error("recovery_code"), isRecoveryCode: openForm == form && isRecoveryCode,
                scope: form.rawValue
            ).html : nil
        return """
            \(frame.usernameField)\
            \(PasswordFields.current("password", label: "Your password", error, scope: form.rawValue))\(code)
            """
    }

    /// What is wrong with the fields of a form, if it is the one that came back.
    private func message(_ form: Form) -> (String) -> String? {
        { field in openForm == form ? messages.first { $0.field == field }?.message : nil }
    }
}
