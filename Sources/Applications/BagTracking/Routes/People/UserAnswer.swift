import Portico

/// Somebody who works with bag tracking.
struct UserAnswer: JSONRepresentable {
    static let schemaName = "User"

    static var example: UserAnswer {
        UserAnswer(
            id: 3, email: "asha@example.org", name: "Asha Verma", role: .dispatcher, areaCode: "lucknow",
            isActive: true,
            lastSeenAt: Instant(milliseconds: 1_763_721_338_120))
    }

    var id: Int64
    var email: String
    var name: String
    var role: BagRole
    var areaCode: String?
    var isActive: Bool
    var lastSeenAt: Instant?

    func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id)
        object.field("email", email, "Sign-in address")
        object.field("name", name)
        object.field("role", role)
        object.field("area_code", areaCode, "Null for those who work for all areas")
        object.field("is_active", isActive, "Whether the person may sign in")
        object.field("last_seen_at", lastSeenAt)
    }
}

extension UserAnswer {
    init(_ user: BagUser) {
        self.init(
            id: user.id, email: user.email, name: user.name, role: user.role, areaCode: user.areaCode,
            isActive: user.isActive, lastSeenAt: user.lastSeenAt)
    }
}
