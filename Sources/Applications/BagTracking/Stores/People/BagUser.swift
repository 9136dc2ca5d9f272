import Portico

/// Somebody who works with bag tracking.
struct BagUser: Sendable, Hashable {
    let id: Int64
    let email: String
    let name: String
    let role: BagRole
    /// The area of those who belong to one.
    let areaCode: String?
    let isActive: Bool
    let lastSeenAt: Instant?

    /// The columns in the order that ``init(_:)`` reads them.
    static let columns: SQL = "a.id, a.email, a.name, a.role, p.area_code, a.is_active, a.last_seen_at"

    init(_ row: Row) throws {
        id = try row[0]
        email = try row[1]
        name = try row[2]
        role = try row[3]
        areaCode = try row[4]
        isActive = try row[5]
        lastSeenAt = try row[6]
    }

    init(_ account: Account, role: BagRole, areaCode: String?) {
        id = account.id
        email = account.email
        name = account.name
        self.role = role
        self.areaCode = areaCode
        isActive = account.isActive
        lastSeenAt = account.lastSeenAt
    }

    /// What the audit keeps of the person.
    var audited: JSONValue {
        .object([
            (key: "email", value: .string(email)), (key: "name", value: .string(name)),
            (key: "role", value: .string(role.rawValue)),
            (key: "area_code", value: areaCode.map { .string($0) } ?? .null),
            (key: "is_active", value: .bool(isActive)),
        ])
    }
}

extension BagRole: SQLBindable, SQLReadable {}

/// A person to be added.
struct NewBagUser: Sendable {
    var email: EmailAddress
    var name: String
    var role: BagRole
    var areaCode: String?
    /// Nil for somebody who can't sign in before getting a password.
    var passwordHash: String?
}

/// What is to be different about a person; nil leaves a member as it is.
struct BagUserChange: Sendable {
    var name: String?
    var role: BagRole?
    /// The area wanted; the inner nil takes it away.
    var areaCode: String??
    var passwordHash: String?
}

/// What bag tracking keeps beside each account.
enum UserProfile {
    /// What the principal of an account carries: `area_code`, for those who belong to one.
    /// - Throws: ``SQLError``.
    static func attributes(of accountID: Int64, in session: any SQLSession) throws -> [String: String] {
        let area = try session.first(
            "profiles.area", "SELECT area_code FROM user_profiles WHERE user_id = \(accountID)"
        ) { try $0[0] as String? }
        return (area ?? nil).map { ["area_code": $0] } ?? [:]
    }

    static func insert(_ id: Int64, _ role: BagRole, _ areaCode: String?, in transaction: Transaction) throws {
        try transaction.execute(
            "profiles.insert",
            "INSERT INTO user_profiles (user_id, role, area_code) VALUES (\(id), \(role), \(areaCode))")
    }

    static func update(_ id: Int64, _ role: BagRole, _ areaCode: String?, in transaction: Transaction) throws {
        try transaction.execute(
            "profiles.update",
            """
            INSERT INTO user_profiles (user_id, role, area_code) VALUES (\(id), \(role), \(areaCode))
            ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, area_code = excluded.area_code
            """)
    }
}
