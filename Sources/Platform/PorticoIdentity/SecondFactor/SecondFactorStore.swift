import PorticoHTTP
import PorticoSQL
import PorticoValues

/// The authenticators with which people prove that they are not only somebody who knows their password.
///
/// An enrolment counts once a code of it was shown. From then on signing in takes a code, or one of ten recovery codes.
/// Secrets are sealed in the database, recovery codes are kept as hashes.
public struct SecondFactorStore: Sendable {
    let seal: SecretSeal
    private let issuer: String

    /// - Parameters:
    ///   - previous: keys below earlier master secrets, which still open what they have sealed.
    ///   - issuer: the name authenticators show.
    init(keys: SecretKeys, previous: [SecretKeys], issuer: String) {
        seal = SecretSeal(key: keys.secondFactors, previous: previous.map(\.secondFactors))
        self.issuer = issuer
    }

    /// What a code that came with a right password is worth.
    enum Verdict: Sendable, Hashable {
        /// It is right, or none is needed.
        case passed
        /// One is needed.
        case missing
        /// It is wrong, too old, or was used before.
        case wrong
    }

    /// How far an account is.
    enum State: String, Sendable, CaseIterable {
        /// No authenticator.
        case none
        /// One that has not shown a code yet.
        case pending
        /// Signing in takes a code.
        case active
    }

    /// Checks a code and uses it up. The caller has locked the account.
    func check(_ code: String?, of account: Account, at now: Instant, in transaction: Transaction) throws -> Verdict {
        guard account.hasSecondFactor else { return .passed }
        let code = (code ?? "").filter { $0 != " " }
        guard !code.isEmpty else { return .missing }
        let isRight =
            try useStep(of: code, account.id, at: now, in: transaction)
            || useRecoveryCode(code, account.id, in: transaction)
        return isRight ? .passed : .wrong
    }

    /// Begins an enrolment, in place of one that was not confirmed.
    /// - Throws: ``Problem`` 409 `second_factor_active`.
    func enrol(_ account: Account, at now: Instant, in transaction: Transaction) throws -> Enrolment {
        guard !account.hasSecondFactor else {
            throw Problem(
                409, "second_factor_active", "There is an authenticator already. Remove it before you add another one.")
        }
        let secret = randomBytes(OneTimeCode.secretBytes)
        let sealed = seal.seal(secret, for: SecondFactorStore.owner(account.id))
        try transaction.execute(
            "second_factors.enrol",
            """
            INSERT INTO second_factors (account_id, key_id, secret, created_at)
            VALUES (\(account.id), \(seal.keyID), \(sealed), \(now))
            ON CONFLICT (account_id) DO UPDATE SET key_id = excluded.key_id, secret = excluded.secret,
                created_at = excluded.created_at, last_step = 0
            """)
        return enrolment(secret, of: account)
    }

    /// What the owner of a secret is shown.
    func enrolment(_ secret: [UInt8], of account: Account) -> Enrolment {
        Enrolment(
            secret: Base32.encode(secret),
            uri: OneTimeCode.uri(secret, issuer: issuer, account: account.email))
    }

    /// Makes an enrolment count, when the code is one of it.
    /// - Returns: the recovery codes; nil when the code is wrong or nothing is pending.
    func confirm(
        _ code: String, of account: Account, at now: Instant, in transaction: Transaction
    ) throws -> [String]? {
        guard !account.hasSecondFactor,
            try useStep(of: code.filter { $0 != " " }, account.id, at: now, in: transaction)
        else { return nil }
        try transaction.execute(
            "accounts.second_factor",
            "UPDATE accounts SET has_second_factor = 1 WHERE id = \(account.id)")
        return try renewRecoveryCodes(of: account.id, in: transaction)
    }

    /// Gives ten new recovery codes; the old ones are worth nothing then.
    func renewRecoveryCodes(of accountID: Int64, in transaction: Transaction) throws -> [String] {
        try transaction.execute(
            "recovery_codes.delete", "DELETE FROM recovery_codes WHERE account_id = \(accountID)")
        let codes = RecoveryCode.make()
        for hash in codes.compactMap({ RecoveryCode.hash($0, of: accountID) }) {
            try transaction.execute(
                "recovery_codes.insert",
                "INSERT INTO recovery_codes (account_id, code_hash) VALUES (\(accountID), \(hash))")
        }
        return codes
    }

    /// Takes the authenticator and the recovery codes of an account away: its owner wants so, or an operator who knows
    /// that they are lost. Sessions are the caller's business (``AccountStore/endSessions(of:keeping:in:)``).
    public static func remove(of accountID: Int64, in transaction: Transaction) throws {
        try transaction.execute(
            "accounts.no_second_factor", "UPDATE accounts SET has_second_factor = 0 WHERE id = \(accountID)")
        try transaction.execute(
            "second_factors.delete", "DELETE FROM second_factors WHERE account_id = \(accountID)")
        try transaction.execute(
            "recovery_codes.delete", "DELETE FROM recovery_codes WHERE account_id = \(accountID)")
    }

    /// How far an account is, and how many recovery codes it has left.
    func state(of accountID: Int64, in session: some SQLSession) throws -> (state: State, recoveryCodes: Int) {
        let isActive = try session.scalar(
            "second_factors.state",
            """
            SELECT a.has_second_factor FROM accounts a JOIN second_factors f ON f.account_id = a.id
            WHERE a.id = \(accountID)
            """, as: Bool.self)
        let codes = try session.scalar(
            "recovery_codes.count", "SELECT count(*) FROM recovery_codes WHERE account_id = \(accountID)", as: Int.self)
        return (isActive.map { $0 ? .active : .pending } ?? .none, codes ?? 0)
    }
}

extension SecondFactorStore {
    static func tables(_ dialect: Dialect) -> String {
        """
        ALTER TABLE accounts ADD COLUMN has_second_factor \(dialect.integer) NOT NULL DEFAULT 0
            CHECK (has_second_factor IN (0, 1));
        CREATE TABLE second_factors (
            account_id \(dialect.integer) NOT NULL PRIMARY KEY REFERENCES accounts (id),
            key_id \(dialect.text) NOT NULL,
            secret \(dialect.blob) NOT NULL,
            created_at \(dialect.integer) NOT NULL,
            last_step \(dialect.integer) NOT NULL DEFAULT 0) \(dialect.strict);
        CREATE TABLE recovery_codes (
            account_id \(dialect.integer) NOT NULL REFERENCES accounts (id),
            code_hash \(dialect.blob) NOT NULL,
            PRIMARY KEY (account_id, code_hash)) \(dialect.strict);
        """
    }

    static func owner(_ accountID: Int64) -> String { "second factor of \(accountID)" }

    /// Uses up the step whose code this is, and all before it.
    private func useStep(
        of code: String, _ accountID: Int64, at now: Instant, in transaction: Transaction
    ) throws -> Bool {
        guard code.utf8.count == OneTimeCode.digits else { return false }
        let kept = try transaction.first(
            "second_factors.find",
            "SELECT key_id, secret, last_step FROM second_factors WHERE account_id = \(accountID)"
        ) { (keyID: try String.read($0, 0), secret: try [UInt8].read($0, 1), lastStep: try Int64.read($0, 2)) }
        guard let kept,
            let secret = seal.open(kept.secret, keyID: kept.keyID, for: SecondFactorStore.owner(accountID)),
            let step = OneTimeCode.step(of: code, secret, at: now, after: kept.lastStep)
        else { return false }
        return try transaction.execute(
            "second_factors.use",
            """
            UPDATE second_factors SET last_step = \(step) WHERE account_id = \(accountID) AND last_step < \(step)
            """) == 1
    }

    private func useRecoveryCode(_ code: String, _ accountID: Int64, in transaction: Transaction) throws -> Bool {
        guard let hash = RecoveryCode.hash(code, of: accountID) else { return false }
        return try transaction.execute(
            "recovery_codes.use",
            "DELETE FROM recovery_codes WHERE account_id = \(accountID) AND code_hash = \(hash)") == 1
    }
}
