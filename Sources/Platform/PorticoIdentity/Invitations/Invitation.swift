import PorticoJSON
import PorticoSQL
import PorticoValues

/// Somebody who was asked to join and has not done so yet. The account is there, without a password and inactive.
public struct Invitation: JSONRepresentable, Hashable {
    /// Id of the account; also the invitation's, because an account has one at the most.
    public let id: Int64
    /// Sign-in address.
    public let email: String
    /// Name as the inviting person wrote it.
    public let name: String
    /// Name of the role.
    public let role: String
    /// Who invited; nil for the program itself.
    public let invitedBy: Int64?
    /// When the account was made.
    public let createdAt: Instant
    /// When the last link was sent.
    public let sentAt: Instant
    /// Until when that link is good.
    public let expiresAt: Instant

    static let columns: SQL = "a.id, a.email, a.name, a.role, i.invited_by, i.created_at, i.sent_at, i.expires_at"

    init(_ row: Row) throws {
        id = try row[0]
        email = try row[1]
        name = try row[2]
        role = try row[3]
        invitedBy = try row[4]
        createdAt = try row[5]
        sentAt = try row[6]
        expiresAt = try row[7]
    }

    init(_ account: Account, invitedBy: Int64?, sentAt: Instant, expiresAt: Instant) {
        id = account.id
        email = account.email
        name = account.name
        role = account.role
        self.invitedBy = invitedBy
        createdAt = account.createdAt
        self.sentAt = sentAt
        self.expiresAt = expiresAt
    }

    /// What the audit keeps of it.
    var audited: JSONValue {
        ["email": .string(email), "name": .string(name), "role": .string(role)]
    }

    /// `Invitation`.
    public static var schemaName: String { "Invitation" }

    /// An invitation of a packer.
    public static var example: Invitation {
        let sent = Instant(milliseconds: 1_795_258_800_000)
        return Invitation(
            id: 7, email: "asha@example.org", name: "Asha Rao", role: "packer", invitedBy: 1, createdAt: sent,
            sentAt: sent, expiresAt: sent + .days(7))
    }

    private init(
        id: Int64, email: String, name: String, role: String, invitedBy: Int64?, createdAt: Instant, sentAt: Instant,
        expiresAt: Instant
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.invitedBy = invitedBy
        self.createdAt = createdAt
        self.sentAt = sentAt
        self.expiresAt = expiresAt
    }

    /// The eight members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id, "Id of the account, and of the invitation")
        object.field("email", email, "Sign-in address")
        object.field("name", name, "Name as the inviting person wrote it")
        object.field("role", role, "Name of the role")
        object.field("invited_by", id: invitedBy, "Account of who invited")
        object.field("created_at", createdAt, "When the account was made")
        object.field("sent_at", sentAt, "When the last link was sent")
        object.field("expires_at", expiresAt, "Until when that link is good")
    }
}
