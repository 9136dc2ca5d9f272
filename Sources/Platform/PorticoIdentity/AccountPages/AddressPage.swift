import PorticoHTTP
import PorticoPages

/// `GET /account/address`, and the refusals of its form: another address to sign in with.
struct AddressPage: AccountPageContent {
    var frame: AccountFrame
    let wantsCode: Bool
    /// The address that was typed.
    var email = ""
    /// What is wrong with the form that came back.
    var messages: [FieldMessage] = []
    /// Whether its code was typed as a recovery code.
    var isRecoveryCode = false

    var title: String { "Your email address" }

    var content: HTML {
        let heading = PageHeading(
            "Your email address", subtitle: "You sign in with it, and our mails go there.",
            back: ("Your account", frame.address()))
        let facts = DefinitionList(["Now": "\(frame.principal.email)"])
        return """
            \(heading)\(ErrorSummary(messages))
            <div class="stack account-narrow"><section class="block" aria-labelledby="address-title">\
            <h2 id="address-title">Use another one</h2><div class="stack">\(facts)\
            <p>We send a link to the new address. Once you have followed it the address is yours, and everything you are \
            signed in with ends.</p>\(form)</div></section></div>
            """
    }

    private var form: PageForm {
        let field = TextField(
            "email", label: "New email address", value: email, kind: .email,
            error: messages.first { $0.field == "email" }?.message, autocomplete: "email", maxLength: 254)
        let proof = ProofFields(frame: frame, wantsCode: wantsCode, messages: messages, isRecoveryCode: isRecoveryCode)
        return frame.form(
            "/address", fields: "\(field)\(proof)",
            buttons: "\(Button("Send the link"))\(Button("Cancel", href: frame.address(), weight: .quiet))")
    }
}
