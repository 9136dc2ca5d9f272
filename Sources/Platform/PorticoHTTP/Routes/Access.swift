/// Who may call a route. Every route says so; there is no default.
public enum Access: Sendable, Hashable {
    /// Everybody.
    case anonymous
    /// Everybody with an account in the application.
    case signedIn
    /// Accounts with this permission.
    case permission(String)
    /// Accounts with at least one of these permissions.
    case anyPermission([String])
    /// Peers on the loopback interface, and operators. For figures that say much about the system.
    case operators

    /// Whether an account with these permissions passes; `nil` stands for nobody signed in.
    public func admits(_ permissions: Set<String>?) -> Bool {
        switch self {
        case .anonymous: true
        case .signedIn: permissions != nil
        case .permission(let name): permissions?.contains(name) ?? false
        case .anyPermission(let names): permissions.map { granted in names.contains { granted.contains($0) } } ?? false
        case .operators: permissions?.contains("operations.read") ?? false
        }
    }
}

/// The account behind a request.
public struct Principal: Sendable, Hashable {
    /// Id of the account.
    public let accountID: Int64
    /// Sign-in address.
    public let email: String
    /// Name as others see it.
    public let name: String
    /// Roles the account has.
    public let roles: [String]
    /// Permissions of those roles.
    public let permissions: Set<String>
    /// What the application keeps about the account, such as the area it works in.
    public let attributes: [String: String]
    /// What the CSRF token of this caller is bound to; nil when the request carried no cookie.
    public let csrfBinding: String?
    /// Why the roles allow nothing now and what the owner does about it, in a sentence; nil where nothing is due.
    public let due: String?

    /// A principal.
    public init(
        accountID: Int64, email: String, name: String, roles: [String], permissions: Set<String>,
        attributes: [String: String] = [:], csrfBinding: String? = nil, due: String? = nil
    ) {
        self.accountID = accountID
        self.email = email
        self.name = name
        self.roles = roles
        self.permissions = permissions
        self.attributes = attributes
        self.csrfBinding = csrfBinding
        self.due = due
    }

    /// Whether the account has a permission.
    public func may(_ permission: String) -> Bool { permissions.contains(permission) }
}

/// Finds the account behind a request.
public protocol Authenticator: Sendable {
    /// The principal, or nil when the request carries no valid credential.
    /// - Throws: ``Problem`` when the credential can't be checked now.
    func principal(for head: RequestHead) async throws -> Principal?

    /// The refusals of ``principal(for:)`` on a route, for its contract: what a caller hears whose credential does not hold,
    /// also where everybody may call.
    func refusals(of route: Route) -> [(status: HTTPStatus, code: String)]
}

extension Authenticator {
    /// None: a credential that does not hold counts as none.
    public func refusals(of route: Route) -> [(status: HTTPStatus, code: String)] { [] }
}
