import PorticoHTTP
import PorticoJSON
import PorticoValues

/// Who is signed in, as every application tells. What an application adds stands beside these members.
public struct SessionUser: JSONRepresentable {
    /// Id of the account.
    public let id: Int64
    /// Sign-in address.
    public let email: String
    /// Name as others see it.
    public let name: String
    /// Roles.
    public let roles: [String]
    /// Permissions of those roles, sorted.
    public let permissions: [String]

    init(_ principal: Principal) {
        id = principal.accountID
        email = principal.email
        name = principal.name
        roles = principal.roles
        permissions = principal.permissions.sorted()
    }

    /// `SessionUser`.
    public static var schemaName: String { "SessionUser" }

    /// An account that packs.
    public static var example: SessionUser {
        SessionUser(
            Principal(
                accountID: 7, email: "asha@example.org", name: "Asha Rao", roles: ["packer"], permissions: ["scan.pack"]
            ))
    }

    /// The five members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id, "Id of the account")
        object.field("email", email, "Sign-in address")
        object.field("name", name, "Name as others see it")
        object.field("roles", roles, "Roles")
        object.field("permissions", permissions, "What the roles allow")
    }
}

/// A session as its owner sees it.
public struct SessionAnswer: JSONRepresentable {
    /// Who is signed in.
    public let user: SessionUser
    /// Value for `X-CSRF-Token` in unsafe requests that carry the cookie; nil for a program with a bearer token, which
    /// needs none.
    public let csrfToken: String?
    /// When the session ends if no further request comes.
    public let expiresAt: Instant
    /// Whether the session allows nothing before its owner has chosen a new password.
    public var isPasswordExpired = false

    /// `Session`.
    public static var schemaName: String { "Session" }

    /// A session of the example account.
    public static var example: SessionAnswer {
        SessionAnswer(
            user: .example, csrfToken: "mZ0cK2rJ0eR4yq3bVd1xXw", expiresAt: Instant(milliseconds: 1_795_258_800_000))
    }

    /// The four members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("user", user, "Who is signed in")
        object.field("csrf_token", csrfToken, "Value for X-CSRF-Token; null with a bearer token")
        object.field("expires_at", expiresAt, "When the session ends if no further request comes")
        object.field(
            "password_expired", isPasswordExpired,
            "Whether the password is too old; until there is a new one the roles allow nothing")
    }

    /// The answer's bytes, with the application's own members after those of the user.
    /// - Throws: never for what ``write(to:)`` writes.
    func encoded(adding extras: [(name: String, value: JSONValue)]) throws -> [UInt8] {
        guard !extras.isEmpty else { return JSONWriter.encode(self) }
        var document = try JSONValue(parsing: JSONWriter.encode(self))
        var user = document["user"] ?? .object([])
        for extra in extras { user[extra.name] = extra.value }
        document["user"] = user
        return document.bytes
    }
}
