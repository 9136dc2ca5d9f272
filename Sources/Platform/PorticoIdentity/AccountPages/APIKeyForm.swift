import PorticoHTTP
import PorticoPages
import PorticoValues

/// What the form for a new key sends. The permissions are boxes of one name, `scope`, each with its own value.
struct APIKeyForm: RouteInput {
    /// How long a key may live, as people choose it; days, or `never`.
    static let lives = [
        Choice("30", "30 days"), Choice("90", "90 days"), Choice("365", "One year"), Choice("never", "Until revoked"),
    ]

    let name: String
    let life: String
    let password: String
    let code: TypedCode

    init(_ fields: inout FieldReader) {
        name = fields.typed("name", "What you call the key")
        life = fields.typed("life", "How long it lives: 30, 90 or 365 days, or never")
        password = fields.typed("password", "The password")
        code = TypedCode(&fields)
    }

    /// A form nobody has filled in yet.
    init() {
        name = ""
        life = "90"
        password = ""
        code = TypedCode()
    }

    /// Fields that were left empty or are far too long.
    var refusal: RefusedForm? {
        let lifeProblem = Problem.FieldError(field: "life", code: "not_one_of", message: "must be one of the list")
        return RefusedForm(
            AccountForms.problem("name", name, limit: 100)
                + (APIKeyForm.lives.contains { $0.value == life } ? [] : [lifeProblem])
                + AccountForms.problem("password", password))
    }

    /// The key wanted.
    func wish(_ scopes: [String], at now: Instant) -> OwnAPIKeys.Wish {
        OwnAPIKeys.Wish(
            name: name, scopes: scopes, expiresAt: Int64(life).map { now + .days($0) }, password: password,
            code: code.text.isEmpty ? nil : code.text)
    }

    /// The boxes that were ticked.
    static func scopes(_ request: Request) -> [String] {
        let pairs = PercentCoding.pairs(String(decoding: request.body, as: UTF8.self)) ?? []
        return Set(pairs.filter { $0.name == "scope" }.map(\.value)).sorted()
    }
}
