import Glibc
import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// Locks an identifier, and a client's address, after too many failures to sign in. A browser that the account has signed in
/// with before is locked by its own failures alone (``KnownBrowsers``).
///
/// The counts are rows of the application's database, so they outlive a restart and hold on every node. Of attempts that
/// come at once exactly as many are answered as the limit allows: the count is decided under a lock on its row, after the
/// password was checked and before anybody is told the outcome. Identifiers and addresses are kept as keyed hashes.
public struct Lockout: Sendable {
    /// After how long without another one the failures under an identifier are forgotten.
    static let memory = Span.hours(24)

    /// When to lock and for how long.
    public let settings: LockoutSettings
    private let key: Secret<[UInt8]>

    /// A lockout; `key` is the same on every node.
    public init(settings: LockoutSettings, key: [UInt8]) {
        self.settings = settings
        self.key = Secret(key)
    }

    /// What one attempt counts for.
    struct Subjects: Sendable {
        /// The identifier that was typed.
        let identifier: [UInt8]
        /// The client's network.
        let address: [UInt8]
        /// The browser, where the account knows it: then its own failures alone lock it.
        var browser: [UInt8]?

        /// In the order in which every transaction locks them.
        var ordered: [[UInt8]] {
            [identifier, address, browser ?? address].sorted { $0.lexicographicallyPrecedes($1) }
        }

        /// Those that an attempt has to wait for.
        var binding: [[UInt8]] { browser.map { [$0] } ?? [identifier, address] }
    }

    /// Who failed, for the audit.
    struct Failure: Sendable {
        let subjects: Subjects
        /// The account behind the identifier, if there is one.
        let accountID: Int64?
        /// Its role.
        let role: String?
        let address: String
        let requestID: String?
    }

    func subjects(email: String, address: String) -> Subjects {
        Subjects(identifier: identifier(of: email), address: hash("address", Lockout.network(of: address)))
    }

    /// - Parameter browser: one that the account knows.
    func subjects(email: String, address: String, browser: SessionToken, accountID: Int64) -> Subjects {
        var subjects = subjects(email: email, address: address)
        subjects.browser = subject(browser: browser, accountID: accountID)
        return subjects
    }

    /// How long an attempt must wait, or nil when it is allowed. Keeps the counts from changing until the transaction
    /// ends.
    func wait(_ subjects: Subjects, at now: Instant, in transaction: Transaction) throws -> Span? {
        Lockout.wait(subjects, try counts(subjects, in: transaction), at: now)
    }

    /// The same for an attempt that may still fail when the account is locked: its counts are locked before that, in the
    /// order of every other transaction.
    func reserve(_ subjects: Subjects, at now: Instant, in transaction: Transaction) throws -> Span? {
        // A row that is not there can't be locked.
        try prepare(subjects.ordered, at: now, in: transaction)
        return try wait(subjects, at: now, in: transaction)
    }

    private static func wait(_ subjects: Subjects, _ counts: [[UInt8]: FailureCount], at now: Instant) -> Span? {
        subjects.binding.compactMap { counts[$0]?.wait(at: now) }.max()
    }

    /// What became of a failure.
    enum Note: Sendable, Hashable {
        case counted
        /// It was the one that locks the identifier, for as long.
        case locked(Span)
        /// Others reached the limit before it; how long to wait.
        case late(Span)
    }

    /// Counts a failure.
    func note(_ failure: Failure, at now: Instant, in transaction: Transaction) throws -> Note {
        let subjects = failure.subjects
        try prepare(subjects.ordered, at: now, in: transaction)
        let counts = try counts(subjects, in: transaction)
        if let wait = Lockout.wait(subjects, counts, at: now) { return .late(wait) }
        let account = failure.accountID.map { String($0) }
        if let browser = subjects.browser {
            let count = try add(failure, to: browser, counts, at: now, in: transaction)
            try audit("account.browser_locked", account, count, failure, at: now, in: transaction)
        }
        // What others have locked stays locked for as long as it is.
        if counts[subjects.address]?.wait(at: now) == nil {
            let address = counts[subjects.address] ?? FailureCount(at: now)
            let count = address.adding(
                at: now, limit: settings.addressFailures, duration: settings.addressWindow,
                isOver: now - address.since >= settings.addressWindow)
            try keep(subjects.address, count, in: transaction)
            try audit("address.locked", nil, count, failure, at: now, in: transaction)
        }
        guard counts[subjects.identifier]?.wait(at: now) == nil else { return .counted }
        let count = try add(failure, to: subjects.identifier, counts, at: now, in: transaction)
        try audit("account.locked", account, count, failure, at: now, in: transaction)
        return count.lockedUntil.map { .locked($0 - now) } ?? .counted
    }

    /// Adds a failure to the count of an identifier or a browser.
    private func add(
        _ failure: Failure, to subject: [UInt8], _ counts: [[UInt8]: FailureCount], at now: Instant,
        in transaction: Transaction
    ) throws -> FailureCount {
        let before = counts[subject] ?? FailureCount(at: now)
        let count = before.adding(
            at: now, limit: settings.failures, duration: settings.duration(role: failure.role, subject: subject),
            isOver: now - before.lastAt >= Lockout.memory)
        try keep(subject, count, in: transaction)
        return count
    }

    /// Forgets the failures under the identifier and in the browser that somebody has just signed in with; a lock that
    /// others have caused meanwhile stays.
    func forgive(_ subjects: Subjects, at now: Instant, in transaction: Transaction) throws {
        try transaction.execute(
            "sign_in_failures.forgive_unlocked",
            """
            DELETE FROM sign_in_failures
            WHERE subject IN (\(subjects.identifier), \(subjects.browser ?? subjects.identifier))
                AND (locked_until IS NULL OR locked_until <= \(now))
            """)
    }

    /// Forgets the failures under an identifier: its owner has chosen another password, or an operator says so.
    public func forgive(email: String, in transaction: Transaction) throws {
        try forgive(subject: identifier(of: email), in: transaction)
    }

    /// Forgets the failures in a browser: the account's owner has chosen another password there.
    func forgive(browser: SessionToken, accountID: Int64, in transaction: Transaction) throws {
        try forgive(subject: subject(browser: browser, accountID: accountID), in: transaction)
    }

    /// Removes counts that no longer matter.
    /// - Returns: how many were removed.
    func purge(at now: Instant, in database: Database) async throws -> Int {
        try await database.write { transaction in
            try transaction.execute(
                "sign_in_failures.purge",
                """
                DELETE FROM sign_in_failures
                WHERE last_at <= \(now - Lockout.memory) AND (locked_until IS NULL OR locked_until <= \(now))
                """)
        }
    }

    /// The answer to an attempt that must wait, the same whether or not there is such an account.
    static func refusal(_ wait: Span) -> Problem {
        Problem(
            429, "account_locked", "There were too many failed attempts to sign in. Wait a while, then try again.",
            headers: ["retry-after": "\(max(1, (wait.milliseconds + 999) / 1000))"])
    }
}

extension Lockout {
    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE sign_in_failures (
            subject \(dialect.blob) NOT NULL PRIMARY KEY,
            failures \(dialect.integer) NOT NULL,
            since \(dialect.integer) NOT NULL,
            last_at \(dialect.integer) NOT NULL,
            locked_until \(dialect.integer)) \(dialect.strict);
        CREATE INDEX sign_in_failures_age ON sign_in_failures (last_at);
        """
    }

    /// What stands for a client: its IPv4 address, or the /64 of its IPv6 address, because that is what one subscriber
    /// is given (RFC 6177). Anything else stands for itself.
    static func network(of address: String) -> [UInt8] {
        var v4 = in_addr()
        if inet_pton(AF_INET, address, &v4) == 1 { return withUnsafeBytes(of: &v4) { Array($0) } }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, address, &v6) == 1 else { return Array(address.utf8) }
        let bytes = withUnsafeBytes(of: &v6) { Array($0) }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes.suffix(4)) : Array(bytes.prefix(8))
    }

    private func identifier(of email: String) -> [UInt8] {
        hash("email", Array(EmailAddress.key(of: email).utf8))
    }

    private func subject(browser: SessionToken, accountID: Int64) -> [UInt8] {
        hash("browser:\(accountID)", browser.hash)
    }

    private func hash(_ kind: String, _ text: [UInt8]) -> [UInt8] {
        Digest.hmacSHA256(Array("\(kind):".utf8) + text, key: key.reveal())
    }

    private func forgive(subject: [UInt8], in transaction: Transaction) throws {
        try transaction.execute(
            "sign_in_failures.forgive", "DELETE FROM sign_in_failures WHERE subject = \(subject)")
    }

    private func prepare(_ subjects: [[UInt8]], at now: Instant, in transaction: Transaction) throws {
        try transaction.execute(
            "sign_in_failures.prepare",
            """
            INSERT INTO sign_in_failures (subject, failures, since, last_at)
            VALUES (\(subjects[0]), 0, \(now), \(now)), (\(subjects[1]), 0, \(now), \(now)),
                (\(subjects[2]), 0, \(now), \(now))
            ON CONFLICT (subject) DO NOTHING
            """)
    }

    private func counts(_ subjects: Subjects, in transaction: Transaction) throws -> [[UInt8]: FailureCount] {
        let rows = try transaction.all(
            "sign_in_failures.lock",
            """
            SELECT subject, failures, since, last_at, locked_until FROM sign_in_failures
            WHERE subject IN (\(subjects.ordered[0]), \(subjects.ordered[1]), \(subjects.ordered[2]))
            ORDER BY subject\(transaction.dialect.forUpdate)
            """
        ) { (try [UInt8].read($0, 0), try FailureCount($0)) }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    private func keep(_ subject: [UInt8], _ count: FailureCount, in transaction: Transaction) throws {
        try transaction.execute(
            "sign_in_failures.keep",
            """
            INSERT INTO sign_in_failures (subject, failures, since, last_at, locked_until)
            VALUES (\(subject), \(count.failures), \(count.since), \(count.lastAt), \(count.lockedUntil))
            ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, since = excluded.since,
                last_at = excluded.last_at, locked_until = excluded.locked_until
            """)
    }

    private func audit(
        _ action: String, _ entityID: String?, _ count: FailureCount, _ failure: Failure, at now: Instant,
        in transaction: Transaction
    ) throws {
        guard let until = count.lockedUntil else { return }
        var entry = AuditEntry(
            action, entity: entityID,
            after: ["failures": .integer(count.failures), "locked_until": .string(until.rfc3339)], at: now)
        entry.requestID = failure.requestID
        entry.ip = failure.address
        try transaction.audit(entry)
    }
}
