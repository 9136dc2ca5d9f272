import PorticoHTTP

/// What programs send to sign in, for a session or for tokens.
struct SignInInput: RouteInput {
    private let email: String
    private let password: String
    private let code: String?

    init(_ fields: inout FieldReader) {
        email = fields.text("email", 1...254, example: "asha@example.org", "Sign-in address")
        password = fields.text("password", 1...PasswordPolicy.byteLimit, "Password")
        code = fields.optionalText("code", 0...64, "Code of the authenticator, or a recovery code, where one is needed")
    }

    func attempt(by context: RequestContext) -> SignInAttempt {
        var attempt = SignInAttempt(email: email, password: password, by: context)
        attempt.code = code
        return attempt
    }
}

/// What programs send to sign in with a cookie.
struct SessionInput: RouteInput {
    private let credentials: SignInInput
    private let staysSignedIn: Bool

    init(_ fields: inout FieldReader) {
        credentials = SignInInput(&fields)
        staysSignedIn = fields.flag(
            "remember", "Whether the session is to end only after the days that are offered, used or not")
    }

    func attempt(by context: RequestContext) -> SignInAttempt {
        var attempt = credentials.attempt(by: context)
        attempt.staysSignedIn = staysSignedIn
        return attempt
    }
}
