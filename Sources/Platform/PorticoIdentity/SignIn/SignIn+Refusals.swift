import PorticoHTTP

extension SignIn {
    /// The answer to an unknown address, a wrong password and an inactive account.
    static let refusal = Problem(401, "invalid_credentials", "The email address or the password is wrong.")
    /// The answer to a right password without the code it takes.
    static let codeRequired = Problem(
        401, "second_factor_required", "Enter the code your authenticator shows, or a recovery code.")
    /// The answer to a right password with a wrong code.
    static let codeRefusal = Problem(
        401, "invalid_second_factor",
        "The code is wrong or was used before. Use the next one your authenticator shows, or another recovery code.")

    /// Codes of the refusals that the form shows, and whether it then asks for a code.
    static let formCodes = [
        refusal.code: false, "account_locked": false, codeRequired.code: true, codeRefusal.code: true,
    ]
}

extension SignIn.Purpose {
    var wantsCode: Bool {
        if case .confirmation(let wantsCode, _) = self { wantsCode } else { true }
    }

    var wrongPassword: Problem {
        guard case .confirmation(_, let field) = self else { return SignIn.refusal }
        return Problem.validation([
            Problem.FieldError(field: field, code: "wrong_password", message: "is not your password")
        ])
    }

    var missingCode: Problem {
        guard self != .signIn else { return SignIn.codeRequired }
        return Problem.validation([Problem.FieldError(field: "code", code: "required", message: "is missing")])
    }

    var wrongCode: Problem {
        guard self != .signIn else { return SignIn.codeRefusal }
        return Problem.validation([
            Problem.FieldError(field: "code", code: "wrong_code", message: "is wrong or was used before")
        ])
    }
}
