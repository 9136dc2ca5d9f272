import PorticoHTTP

/// What programs send to sign in, for a session or for tokens.
struct SignInInput: RouteInput {
    private let email: String
    private let password: String

    init(_ fields: inout FieldReader) {
        email = fields.text("email", 1...254, example: "asha@example.org", "Sign-in address")
        password = fields.text("password", 1...PasswordPolicy.byteLimit, "Password")
    }

    func attempt(by context: RequestContext) -> SignInAttempt {
        SignInAttempt(email: email, password: password, by: context)
    }
}
