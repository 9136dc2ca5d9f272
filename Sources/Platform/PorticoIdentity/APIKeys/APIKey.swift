import PorticoJSON
import PorticoSQL
import PorticoValues

/// A key with which a machine acts for an account, as its owner sees it. The key itself is shown once and not kept.
public struct APIKey: JSONRepresentable, Hashable {
    /// Id, never used again; part of the key.
    public let id: Int64
    /// What the owner calls it.
    public let name: String
    /// The permissions it was given; it has those of them that the owner's role has.
    public let scopes: [String]
    /// When it was made.
    public let createdAt: Instant
    /// When it ends; nil when it does not by itself.
    public let expiresAt: Instant?
    /// When it was last used, to the minute; nil before the first time.
    public let lastUsedAt: Instant?

    static let columns: SQL = "id, name, scopes, created_at, expires_at, last_used_at"

    init(_ row: Row) throws {
        id = try row[0]
        name = try row[1]
        scopes = APIKey.scopes(in: try row[2])
        createdAt = try row[3]
        expiresAt = try row[4]
        lastUsedAt = try row[5]
    }

    init(id: Int64, name: String, scopes: [String], createdAt: Instant, expiresAt: Instant?) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        lastUsedAt = nil
    }

    /// Permissions between spaces (RFC 6749 §3.3), sorted, each once.
    static func scopes(in text: String) -> [String] {
        Set(text.split(separator: " ").map { String($0) }).sorted()
    }

    /// What the audit keeps of it.
    var audited: JSONValue {
        [
            "name": .string(name), "scope": .string(scopes.joined(separator: " ")),
            "expires_at": expiresAt.map { .string($0.rfc3339) } ?? .null,
        ]
    }

    /// `APIKey`.
    public static var schemaName: String { "APIKey" }

    /// A key that reads bags.
    public static var example: APIKey {
        let made = Instant(milliseconds: 1_795_258_800_000)
        return APIKey(
            id: 7, name: "Warehouse scale", scopes: ["bag.read"], createdAt: made, expiresAt: made + .days(90))
    }

    /// The six members.
    public func write(to object: inout JSONObjectWriter) {
        object.field("id", id: id, "Id of the key; part of it")
        object.field("name", name, "What its owner calls it")
        object.field("scope", scopes.joined(separator: " "), "Its permissions, between spaces")
        object.field("created_at", createdAt, "When it was made")
        object.field("expires_at", expiresAt, "When it ends; null when it does not by itself")
        object.field("last_used_at", lastUsedAt, "When it was last used, to the minute")
    }
}

/// A key that was just made, with the text that nobody sees again.
struct NewAPIKey: JSONRepresentable, Hashable {
    let key: APIKey
    let text: String

    static var schemaName: String { "NewAPIKey" }

    static var example: NewAPIKey {
        NewAPIKey(key: .example, text: "pk_bags_7_pZ0cK2rJ0eR4yq3bVd1xXwmZ0cK2rJ0eR4yq3bVd1xX")
    }

    func write(to object: inout JSONObjectWriter) {
        key.write(to: &object)
        object.field("key", text, "For the Authorization field, after Bearer; it is not shown again")
    }
}
