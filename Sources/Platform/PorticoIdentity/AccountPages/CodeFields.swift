import PorticoHTTP
import PorticoPages

/// The fields for a code: six digits of the authenticator, and folded away below it a recovery code.
///
/// Two fields, because a telephone shows digits for the one and letters for the other.
struct CodeFields: PageComponent {
    /// What is wrong with the code.
    var error: String?
    /// Whether a recovery code was typed last.
    var isRecoveryCode = false
    /// Prefix of the fields' ids.
    var scope = "f"

    /// The field a summary of errors leads to.
    static func field(_ code: TypedCode) -> String {
        code.isRecoveryCode ? "recovery_code" : "code"
    }

    var html: HTML {
        let recovery = TextField(
            "recovery_code", label: "Recovery code",
            hint: "Seven groups of four letters and digits; older ones have four groups. Each is good once.",
            error: isRecoveryCode ? error : nil, presence: .free, maxLength: 64, width: 38, isCode: true, scope: scope)
        return """
            \(CodeFields.digits(error: isRecoveryCode ? nil : error, scope: scope))\
            <details class="fold"\(HTML.flag("open", isRecoveryCode))><summary>\(Icon.help)\
            <span>Use a recovery code instead</span></summary><div>\(recovery)</div></details>
            """
    }

    /// The field for the six digits alone.
    static func digits(
        label: String = "Code from your authenticator", hint: String = "The six digits it shows now.", error: String?,
        scope: String = "f"
    ) -> TextField {
        TextField(
            "code", label: label, hint: hint, error: error,
            autocomplete: "one-time-code", maxLength: 64, width: 12, isCode: true, scope: scope, inputMode: .numeric)
    }
}

extension RefusedForm {
    /// The messages with those about a code at the field it was typed into.
    func messages(_ code: TypedCode) -> [FieldMessage] {
        messages.map { $0.field == "code" ? FieldMessage(CodeFields.field(code), $0.message) : $0 }
    }
}
