import PorticoHTTP

/// What the forms about one's own account send. Everything is taken as it comes; the page says what is wrong.
enum AccountForms {
    /// What the last form did, and where in the list of sessions the page is.
    struct Query: RouteInput {
        let done: String
        let cursor: String?

        init(_ fields: inout FieldReader) {
            done = fields.typed("done", "What a form has just done")
            cursor = fields.optionalText("cursor", 1...1000, "Where the list of sessions goes on")
        }
    }

    struct PasswordChange: RouteInput {
        let current: String
        let new: String

        init(_ fields: inout FieldReader) {
            current = fields.typed("current_password", "The password")
            new = fields.typed("new_password", "The password wanted instead")
        }

        var refusal: RefusedForm? {
            RefusedForm(problem("current_password", current) + problem("new_password", new))
        }
    }

    struct SessionID: RouteInput {
        let id: String

        init(_ fields: inout FieldReader) {
            id = fields.text("id", 1...200, in: .path, "Id of the session, from the list")
        }
    }

    struct Password: RouteInput {
        let password: String

        init(_ fields: inout FieldReader) {
            password = fields.typed("password", "The password")
        }

        var refusal: RefusedForm? { RefusedForm(problem("password", password)) }
    }

    struct Confirmation: RouteInput {
        let code: String
        let secret: String

        init(_ fields: inout FieldReader) {
            code = fields.typed("code", "The code the authenticator shows")
            secret = fields.typed("secret", "The secret the page shows, so that it can show it again")
        }

        var refusal: RefusedForm? { RefusedForm(problem("code", code, limit: 64)) }
    }

    struct Proof: RouteInput {
        let password: String
        let code: TypedCode

        init(_ fields: inout FieldReader) {
            password = fields.typed("password", "The password")
            code = TypedCode(&fields)
        }

        var refusal: RefusedForm? { RefusedForm(problems(wantsCode: true)) }

        func problems(wantsCode: Bool) -> [Problem.FieldError] {
            problem("password", password) + (wantsCode ? problem("code", code.text, limit: 64) : [])
        }

        var proof: OwnAccount.Proof { OwnAccount.Proof(password: password, code: code.text) }
    }

    struct Address: RouteInput {
        let email: String
        let proof: Proof

        init(_ fields: inout FieldReader) {
            email = fields.typed("email", "The address to sign in with")
            proof = Proof(&fields)
        }

        /// - Parameter wantsCode: whether there is an authenticator.
        func refusal(wantsCode: Bool) -> RefusedForm? {
            RefusedForm(problem("email", email, limit: 254) + proof.problems(wantsCode: wantsCode))
        }
    }

    struct Token: RouteInput {
        let token: String

        init(_ fields: inout FieldReader) {
            token = fields.typed("token", "The token in the link that was sent")
        }
    }

    struct KeyID: RouteInput {
        let id: Int64

        init(_ fields: inout FieldReader) {
            id = fields.identifier("id", in: .path, "Id of the key, from the list")
        }
    }

    static func problem(
        _ field: String, _ value: String, limit: Int = PasswordPolicy.byteLimit
    ) -> [Problem.FieldError] {
        if value.isEmpty { return [Problem.FieldError(field: field, code: "required", message: "is missing")] }
        guard value.utf8.count > limit, field != "new_password" else { return [] }
        return [Problem.FieldError(field: field, code: "too_long", message: "is too long")]
    }
}

/// A code of the authenticator, or a recovery code in its place: what the two fields of ``CodeFields`` send.
struct TypedCode: RouteInput, Hashable {
    private let code: String
    private let recoveryCode: String

    init(_ fields: inout FieldReader) {
        code = fields.typed("code", "The code the authenticator shows")
        recoveryCode = fields.typed("recovery_code", "A recovery code, where the authenticator is not at hand")
    }

    /// Nothing typed.
    init() {
        code = ""
        recoveryCode = ""
    }

    /// The code; empty when neither was typed.
    var text: String { isRecoveryCode ? recoveryCode : code }
    /// Whether it was typed as a recovery code.
    var isRecoveryCode: Bool { !recoveryCode.isEmpty }
}

extension FieldReader {
    /// A field of a form, taken as it comes: absent and empty are the same.
    mutating func typed(_ name: String, _ description: String) -> String {
        optionalText(name, 0...262_144, description) ?? ""
    }
}
