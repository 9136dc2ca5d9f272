import PorticoHTTP
import PorticoSQL
import PorticoValues

/// Somebody who may sign in to the application.
public struct Account: Sendable, Hashable {
    /// Id, never used again.
    public let id: Int64
    /// Sign-in address.
    public let email: String
    /// Name as others see it. Kept when the account is deactivated, for history.
    public let name: String
    /// Name of the role.
    public let role: String
    /// Whether the account may sign in.
    public let isActive: Bool
    /// When it was made.
    public let createdAt: Instant
    /// When a request of it was last seen, to the minute; nil before the first.
    public let lastSeenAt: Instant?
    /// Grows whenever what was signed in before must no longer hold.
    public let credentialsVersion: Int64
    /// Whether signing in takes a code as well.
    public let hasSecondFactor: Bool
    /// Since when it has the password it has; when it was made, where it has none.
    public let passwordSetAt: Instant

    static let columns: SQL = """
        id, email, name, role, is_active, created_at, last_seen_at, credentials_version, has_second_factor,
        coalesce(password_set_at, created_at)
        """

    init(_ row: Row) throws {
        id = try row[0]
        email = try row[1]
        name = try row[2]
        role = try row[3]
        isActive = try row[4]
        createdAt = try row[5]
        lastSeenAt = try row[6]
        credentialsVersion = try row[7]
        hasSecondFactor = try row[8]
        passwordSetAt = try row[9]
    }
}

/// An account that is to be made.
public struct NewAccount: Sendable {
    /// Sign-in address.
    public var email: EmailAddress
    /// Name as others see it.
    public var name: String
    /// Name of the role.
    public var role: String

    /// An account to be made.
    public init(email: EmailAddress, name: String, role: String) {
        self.email = email
        self.name = name
        self.role = role
    }
}

/// What is to be different about an account; nil leaves a member as it is.
public struct AccountChange: Sendable {
    /// Another name.
    public var name: String?
    /// Another role. Ends the sessions of the account.
    public var role: String?
    /// The hash of another password. Ends the sessions of the account.
    public var passwordHash: String?
    /// Whether the account may sign in. Becoming inactive ends its sessions.
    public var isActive: Bool?

    /// A change.
    public init(name: String? = nil, role: String? = nil, passwordHash: String? = nil, isActive: Bool? = nil) {
        self.name = name
        self.role = role
        self.passwordHash = passwordHash
        self.isActive = isActive
    }

    /// Whether sessions that began before must end.
    func endsSessions(of account: Account) -> Bool {
        passwordHash != nil || (role ?? account.role) != account.role || (account.isActive && isActive == false)
    }
}

/// A change of accounts that can't be made.
public enum AccountRefusal: String, ProblemConvertible, Hashable {
    /// Another account has the address.
    case emailTaken = "email_taken"

    /// 409.
    public var problem: Problem {
        Problem(409, rawValue, "There is already an account with this email address.")
    }
}
