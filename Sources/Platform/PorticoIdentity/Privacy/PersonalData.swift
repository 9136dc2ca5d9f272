import PorticoJSON
import PorticoSQL
import PorticoValues

/// Tells a person everything that is kept about them, and forgets them. Both are audited.
public struct PersonalData: Sendable {
    /// The most rows of the audit in an export, the newest ones.
    static let auditLimit = 10_000

    let database: Database
    let accounts: AccountStore
    let phones: PhoneStore
    let erasure: AccountErasure
    let parts: [PersonalDataPart]
    /// Kinds of things in the audit whose id is an account's.
    let entityTypes: [String]

    /// What an erasure removed.
    public struct Erasure: Sendable, Hashable {
        /// Rows removed or made nobody's, by table or part.
        public var rows: [String: Int]
    }

    /// Everything about a person, as a JSON object.
    ///
    /// Members: `exported_at`, `account`, `sessions`, `token_families`, `api_keys`, `invitation`, `phone`, `audit` (what
    /// they did and what was done to them), `audit_is_complete`, and `application` with a member for each part.
    /// - Returns: nil when there is no such account.
    /// - Throws: ``SQLError``, what the parts throw.
    public func export(of accountID: Int64, by cause: AuditEntry.Cause) async throws -> JSONValue? {
        // First, so that nobody gets data without a trace of it.
        let isKnown = try await database.write { transaction in
            guard try accounts.account(id: accountID, in: transaction) != nil else { return false }
            try transaction.audit(cause.entry("account.exported", entity: String(accountID)))
            return true
        }
        guard isKnown else { return nil }
        return try await database.readAtLength { reading in
            guard let account = try accounts.account(id: accountID, in: reading) else { return nil }
            return try document(account, at: cause.at, in: reading)
        }
    }

    /// Forgets a person. What others did to them and they to others stays in the audit, under an id that is nobody's
    /// name any more.
    /// - Returns: nil when there is no such account.
    /// - Throws: ``SQLError``; what the parts throw, and then nothing is changed.
    public func erase(_ accountID: Int64, by cause: AuditEntry.Cause) async throws -> Erasure? {
        try await database.write { transaction in
            guard let account = try accounts.lock(accountID, in: transaction) else { return nil }
            var rows: [String: Int] = [:]
            for part in parts { rows[part.name, default: 0] += try part.erase(account, transaction) }
            for removed in try erasure.erase(account, in: transaction) {
                rows[removed.table, default: 0] += removed.rows
            }
            let counts = rows.sorted { $0.key < $1.key }.map {
                (key: $0.key, value: JSONValue.integer(Int64($0.value)))
            }
            try transaction.audit(
                cause.entry("account.erased", entity: String(accountID), after: ["rows": .object(counts)]))
            return Erasure(rows: rows)
        }
    }
}

extension PersonalData {
    private func document(_ account: Account, at now: Instant, in reading: Reading) throws -> JSONValue {
        let audit = try audit(of: account.id, in: reading)
        let parts = try parts.map { (key: $0.name, value: try $0.export(account.id, reading)) }
        return [
            "exported_at": .string(now.rfc3339), "account": members(account),
            "sessions": .array(try sessions(account.id, in: reading)),
            "token_families": .array(try families(account.id, in: reading)),
            "api_keys": .array(try keys(account.id, in: reading)),
            "invitation": try invitation(account.id, in: reading),
            "phone": try phones.told(of: account.id, at: now, in: reading), "audit": .array(audit),
            "audit_is_complete": .bool(audit.count < PersonalData.auditLimit), "application": .object(parts),
        ]
    }

    private func members(_ account: Account) -> JSONValue {
        [
            "id": .string(String(account.id)), "email": .string(account.email), "name": .string(account.name),
            "role": .string(account.role), "is_active": .bool(account.isActive),
            "created_at": .string(account.createdAt.rfc3339), "last_seen_at": time(account.lastSeenAt),
            "has_second_factor": .bool(account.hasSecondFactor),
            "password_set_at": .string(account.passwordSetAt.rfc3339),
        ]
    }

    private func sessions(_ id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.sessions",
            """
            SELECT created_at, last_seen_at, expires_at, user_agent, is_kept FROM sessions
            WHERE account_id = \(id) ORDER BY created_at
            """
        ) { row in
            var session = try signedIn(row)
            session["kept"] = .bool(try row[4])
            return session
        }
    }

    private func families(_ id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.token_families",
            """
            SELECT created_at, last_used_at, expires_at, user_agent FROM token_families
            WHERE account_id = \(id) ORDER BY created_at
            """
        ) { try signedIn($0) }
    }

    private func signedIn(_ row: Row) throws -> JSONValue {
        let times: (created: Instant, last: Instant, end: Instant) = (try row[0], try row[1], try row[2])
        return [
            "created_at": .string(times.created.rfc3339), "last_seen_at": .string(times.last.rfc3339),
            "expires_at": .string(times.end.rfc3339), "user_agent": .string(try row[3]),
        ]
    }

    private func keys(_ id: Int64, in reading: Reading) throws -> [JSONValue] {
        try reading.all(
            "personal_data.api_keys", "SELECT \(APIKey.columns) FROM api_keys WHERE account_id = \(id) ORDER BY id"
        ) { try JSONValue(parsing: JSONWriter.encode(try APIKey($0))) }
    }

    private func invitation(_ id: Int64, in reading: Reading) throws -> JSONValue {
        let times = try reading.first(
            "personal_data.invitation",
            "SELECT created_at, sent_at, expires_at FROM invitations WHERE account_id = \(id)"
        ) { (try Instant.read($0, 0), try Instant.read($0, 1), try Instant.read($0, 2)) }
        return times.map { created, sent, end in
            ["created_at": time(created), "sent_at": time(sent), "expires_at": time(end)]
        } ?? .null
    }

    /// What the person did, and what was done to their account. Of the latter everything but who did it and from where,
    /// which is somebody else's.
    private func audit(of id: Int64, in reading: Reading) throws -> [JSONValue] {
        let key = String(id)
        let types = entityTypes.map { "r.entity_type = \($0)" as SQL }.reduce(nil as SQL?) { sum, next in
            sum.map { "\($0) OR \(next)" } ?? next
        }
        let concerned: SQL = types.map { " OR (r.entity_id = \(key) AND (\($0)))" } ?? ""
        return try reading.all(
            "personal_data.audit",
            """
            SELECT r.at, r.actor_id, r.action, r.entity_type, r.entity_id, r.before, r.after, r.ip FROM audit_rows r
            WHERE r.actor_id = \(id)\(concerned) ORDER BY r.seq DESC LIMIT \(PersonalData.auditLimit)
            """
        ) { row in
            let actor: Int64? = try row[1]
            let at: Instant = try row[0]
            return [
                "at": .string(at.rfc3339), "by_yourself": .bool(actor == id), "action": .string(try row[2]),
                "entity_type": .string(try row[3]), "entity_id": text(try row[4]), "before": try parsed(row, 5),
                "after": try parsed(row, 6), "ip": actor == id ? text(try row[7]) : .null,
            ]
        }
    }

    private func parsed(_ row: Row, _ column: Int) throws -> JSONValue {
        guard let text: String = try row[column] else { return .null }
        return try JSONValue(parsing: Array(text.utf8))
    }

    private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    private func time(_ instant: Instant?) -> JSONValue { text(instant?.rfc3339) }
}
