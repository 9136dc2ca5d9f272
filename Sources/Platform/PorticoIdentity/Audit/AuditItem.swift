import PorticoJSON
import PorticoSQL
import PorticoValues

/// A row of the audit as it is shown, and as its hash is computed.
public struct AuditItem: JSONRepresentable, Hashable {
    /// Position; grows, may have gaps.
    public let seq: Int64
    /// When.
    public let at: Instant
    /// Whose account; nil for the program itself.
    public let actorID: Int64?
    /// Name of that account now.
    public let actorName: String?
    /// What was done.
    public let action: String
    /// Kind of thing it was done to.
    public let entityType: String
    /// Which of these things.
    public let entityID: String?
    /// Changed members before.
    public let before: JSONValue?
    /// Changed members afterwards.
    public let after: JSONValue?
    /// Id of the request that caused it.
    public let requestID: String?
    /// The client's address.
    public let ip: String?
    /// Hash of the row before; nil until chained.
    public let prevHash: String?
    /// Hash of this row; nil until chained.
    public let hash: String?

    /// The columns in the order ``init(_:)`` reads them; `actorName` is an expression.
    static func columns(actorName: SQL) -> SQL {
        """
        r.seq, r.at, r.actor_id, \(actorName), r.action, r.entity_type, r.entity_id, r.before, r.after, r.request_id,
        r.ip, r.prev_hash, r.hash
        """
    }

    /// - Throws: ``JSONError`` when `before` or `after` is no JSON: somebody changed it.
    init(_ row: Row) throws {
        seq = try row[0]
        at = try row[1]
        actorID = try row[2]
        actorName = try row[3]
        action = try row[4]
        entityType = try row[5]
        entityID = try row[6]
        before = try AuditItem.json(row, 7)
        after = try AuditItem.json(row, 8)
        requestID = try row[9]
        ip = try row[10]
        prevHash = try row[11]
        hash = try row[12]
    }

    private static func json(_ row: Row, _ column: Int) throws -> JSONValue? {
        guard let text: String = try row[column] else { return nil }
        return try JSONValue(parsing: Array(text.utf8))
    }

    /// The hash of this row after the one with hash `previous`: lower-case hexadecimal SHA-256 of `previous`, a line
    /// feed and the canonical JSON (RFC 8785) of the ten members (rule R44).
    func chainHash(after previous: String) -> String {
        Digest.sha256(Array(previous.utf8) + [0x0A] + members.canonicalBytes).hexadecimal
    }

    /// The ten members the hash covers, as JSON shows them.
    private var members: JSONValue {
        .object([
            ("seq", .integer(seq)), ("at", .string(at.rfc3339)),
            ("actor_id", AuditItem.text(actorID.map { String($0) })),
            ("action", .string(action)), ("entity_type", .string(entityType)), ("entity_id", AuditItem.text(entityID)),
            ("before", before ?? .null), ("after", after ?? .null), ("request_id", AuditItem.text(requestID)),
            ("ip", AuditItem.text(ip)),
        ])
    }

    private static func text(_ text: String?) -> JSONValue {
        text.map { .string($0) } ?? .null
    }

    /// `AuditItem`.
    public static var schemaName: String { "AuditItem" }

    /// An area that got another name.
    public static var example: AuditItem {
        AuditItem(
            seq: 41, at: Instant(milliseconds: 1_795_258_800_000), action: "area.updated", entityID: "LKO",
            before: .object([("name", "Lucknow")]), after: .object([("name", "Lucknow North")]))
    }

    private init(
        seq: Int64, at: Instant, action: String, entityID: String, before: JSONValue, after: JSONValue
    ) {
        self.seq = seq
        self.at = at
        actorID = 3
        actorName = "Asha Rao"
        self.action = action
        entityType = String(action.prefix { $0 != "." })
        self.entityID = entityID
        self.before = before
        self.after = after
        requestID = "0f8b6c1d2e3a4b5c"
        ip = "192.0.2.7"
        prevHash = AuditChain.origin
        hash = Digest.sha256(Array(AuditChain.origin.utf8)).hexadecimal
    }

    /// The ten members, and with them who it was and the hashes.
    public func write(to object: inout JSONObjectWriter) {
        object.field("seq", seq, "Position; grows, may have gaps")
        object.field("at", at, "When")
        object.field("actor_id", id: actorID, "Whose account; null for the program itself")
        object.field("actor_name", actorName, "Name of that account")
        object.field("action", action, "What was done")
        object.field("entity_type", entityType, "Kind of thing it was done to")
        object.field("entity_id", entityID, "Which of these things")
        object.field("before", before, "Changed members before")
        object.field("after", after, "Changed members afterwards")
        object.field("request_id", requestID, "Id of the request that caused it")
        object.field("ip", ip, "The client's address")
        object.field("prev_hash", prevHash, "Hash of the row before; null until chained")
        object.field("hash", hash, "Hash of this row; null until chained")
    }
}
