import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoTelemetry
import PorticoValues

/// What somebody did, as the audit keeps it for ever.
public struct AuditEntry: Sendable {
    /// When.
    public var at: Instant
    /// Whose account; nil for the program itself.
    public var actorID: Int64?
    /// What was done: `bill.created`. The part before the dot is the kind of thing it was done to.
    public var action: String
    /// Which of these things; nil when it was none in particular.
    public var entityID: String?
    /// Members of the thing before: an object, or null when it is new.
    public var before: JSONValue
    /// Members of the thing afterwards: an object, or null when it is gone.
    public var after: JSONValue
    /// Id of the request that caused it.
    public var requestID: String?
    /// The client's address.
    public var ip: String?

    /// An entry of the program's own doing.
    public init(
        _ action: String, entity entityID: String?, before: JSONValue = .null, after: JSONValue = .null, at: Instant
    ) {
        self.at = at
        self.action = action
        self.entityID = entityID
        self.before = before
        self.after = after
    }

    /// An entry about what a request does.
    public init(
        _ action: String, entity entityID: String?, before: JSONValue = .null, after: JSONValue = .null,
        by context: RequestContext
    ) {
        self.init(action, entity: entityID, before: before, after: after, at: context.now)
        actorID = context.principal?.accountID
        requestID = context.requestID
        ip = context.clientAddress
    }

    /// The kind of thing: `bill` of `bill.created`.
    public var entityType: String { String(action.prefix { $0 != "." }) }

    /// `before` and `after` as they are stored: where both are objects only the members that differ, and nothing whose
    /// name says that it is a secret.
    var changes: (before: JSONValue, after: JSONValue) {
        guard let old = before.members, let new = after.members else {
            return (AuditEntry.withoutSecrets(before), AuditEntry.withoutSecrets(after))
        }
        let oldChanged = old.filter { after[$0.key] != $0.value }
        let newChanged = new.filter { before[$0.key] != $0.value }
        return (AuditEntry.withoutSecrets(.object(oldChanged)), AuditEntry.withoutSecrets(.object(newChanged)))
    }

    /// The names that logs mask, less `code`, which here is a bag's or an area's.
    private static let secrets = LogRedaction(names: LogRedaction.standardNames.subtracting(["code"]))

    private static func withoutSecrets(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.filter { !secrets.covers($0.key) }.map { ($0.key, withoutSecrets($0.value)) })
        case .array(let elements): .array(elements.map(withoutSecrets))
        default: value
        }
    }
}

extension Transaction {
    /// Writes an entry of the audit. It becomes true with the rest of the transaction, and part of the chain within
    /// seconds after.
    public func audit(_ entry: AuditEntry) throws {
        let changes = entry.changes
        try executeLater(
            "audit.insert",
            """
            INSERT INTO audit_rows (at, actor_id, action, entity_type, entity_id, before, after, request_id, ip)
            VALUES (\(entry.at), \(entry.actorID), \(entry.action), \(entry.entityType), \(entry.entityID),
                \(changes.before.storedText), \(changes.after.storedText), \(entry.requestID), \(entry.ip))
            """)
    }
}

extension JSONValue {
    /// Compact JSON, or nil for null.
    fileprivate var storedText: String? {
        isNull ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
