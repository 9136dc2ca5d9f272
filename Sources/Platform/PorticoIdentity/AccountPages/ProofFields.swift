import PorticoPages

/// The fields with which the owner of an account shows that it is them: the password, and a code where there is an
/// authenticator.
struct ProofFields: PageComponent {
    let frame: AccountFrame
    /// Whether there is an authenticator.
    let wantsCode: Bool
    /// What is wrong with the form that came back.
    let messages: [FieldMessage]
    /// Whether its code was typed as a recovery code.
    let isRecoveryCode: Bool

    var html: HTML {
        let password = PasswordFields.current("password", label: "Your password", message, scope: "f")
        return "\(frame.usernameField)\(password)\(wantsCode ? code : nil)"
    }

    private var code: CodeFields {
        CodeFields(error: message("code") ?? message("recovery_code"), isRecoveryCode: isRecoveryCode)
    }

    private func message(_ field: String) -> String? {
        messages.first { $0.field == field }?.message
    }
}
