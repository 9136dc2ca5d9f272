import PorticoSQL
import PorticoValues

/// What one account is signed in with, browsers and programs alike, for a list from which its owner can end them.
struct OwnSessions: Sendable {
    let sessions: SessionStore
    let tokens: TokenStore

    /// A browser's session or a program's tokens.
    struct Entry: Sendable, Hashable {
        /// Names it without giving it away: hexadecimal.
        var id: String { key.hexadecimal }
        let key: [UInt8]
        let isCookie: Bool
        let createdAt: Instant
        let lastSeenAt: Instant
        let expiresAt: Instant
        let userAgent: String
        /// Whether it lasts without being used, because its owner wants to stay signed in.
        var isKept = false
    }

    /// Where a page begins: behind the entry with this last use and this key.
    struct Position: Sendable, Hashable {
        var lastSeenAt = Instant(milliseconds: .max)
        var key: [UInt8] = []

        static let start = Position()

        init() {}

        /// The position that a cursor holds, or nil.
        init?(_ parts: [String]) {
            guard parts.count == 2, let time = Int64(parts[0]), let key = [UInt8](base64URL: parts[1]) else {
                return nil
            }
            lastSeenAt = Instant(milliseconds: time)
            self.key = key
        }
    }

    /// What is valid now, the last used first.
    func page(
        of accountID: Int64, after position: Position, limit: Int, at now: Instant, in reading: Reading
    ) throws -> Page<Entry> {
        let fetched = try reading.all(
            "sessions.own",
            """
            SELECT id, is_cookie, created_at, last_seen_at, expires_at, user_agent, is_kept FROM (
                SELECT token_hash AS id, 1 AS is_cookie, created_at, last_seen_at, expires_at, user_agent, is_kept
                FROM sessions WHERE account_id = \(accountID) AND \(sessions.settings.isValid(at: now))
                UNION ALL
                SELECT id, 0, created_at, last_used_at, expires_at, user_agent, 0
                FROM token_families WHERE account_id = \(accountID) AND expires_at > \(now)
                    AND last_used_at > \(now - tokens.settings.idle)) AS own
            WHERE last_seen_at < \(position.lastSeenAt) OR (last_seen_at = \(position.lastSeenAt) AND id > \(position.key))
            ORDER BY last_seen_at DESC, id LIMIT \(limit + 1)
            """
        ) { try entry($0) }
        return Page(fetched: fetched, limit: limit) { ["\($0.lastSeenAt.milliseconds)", $0.key.base64URL] }
    }

    /// Ends one of them.
    /// - Returns: whether the account had it.
    func end(_ id: String, of accountID: Int64, in transaction: Transaction) throws -> Bool {
        guard let key = [UInt8](hexadecimal: id) else { return false }
        let ended = try transaction.execute(
            "sessions.delete_own",
            "DELETE FROM sessions WHERE token_hash = \(key) AND account_id = \(accountID)")
        let revoked = try transaction.execute(
            "token_families.delete_own", "DELETE FROM token_families WHERE id = \(key) AND account_id = \(accountID)")
        transaction.afterCommit { [cache = sessions.cache, families = sessions.families] in
            cache.drop(key)
            families.drop(key)
        }
        return ended + revoked > 0
    }

    private func entry(_ row: Row) throws -> Entry {
        let isCookie: Bool = try row[1]
        let (createdAt, lastSeenAt, latest): (Instant, Instant, Instant) = (try row[2], try row[3], try row[4])
        let isKept: Bool = try row[6]
        var end = min(latest, lastSeenAt + tokens.settings.idle)
        if isCookie {
            end = sessions.settings.end(
                isKept: isKept, createdAt: createdAt, lastSeenAt: lastSeenAt, expiresAt: latest)
        }
        return Entry(
            key: try row[0], isCookie: isCookie, createdAt: createdAt, lastSeenAt: lastSeenAt, expiresAt: end,
            userAgent: try row[5], isKept: isKept && sessions.settings.offersKept)
    }
}

extension Array where Element == UInt8 {
    /// The bytes behind hexadecimal digits, two a byte, or nil.
    init?(hexadecimal text: String) {
        let digits = Array(text.utf8).map { digit -> UInt8? in
            switch digit {
            case 0x30...0x39: digit - 0x30
            case 0x61...0x66: digit - 0x61 + 10
            default: nil
            }
        }
        let values = digits.compactMap { $0 }
        guard values.count == digits.count, digits.count.isMultiple(of: 2) else { return nil }
        self = stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
