import PorticoHTTP
import PorticoSQL

/// The passwords that accounts have had, as hashes, so that people do not go back to one of their last.
///
/// Only whoever has just shown the present password, or holds a link that was mailed, is told that a password was the
/// account's before; and a password that was not is the new one at once, which ends the trying.
struct FormerPasswords: Sendable {
    let database: Database
    let hasher: PasswordHasher
    let rules: PasswordRules

    /// Refuses the present password of an account and its last ones. Checks one hash after the other, outside of any
    /// transaction, because each takes long on purpose. So the caller writes the new password only if the credentials
    /// are still those that it has seen before it asked.
    /// - Throws: ``Problem`` 422 `used_before` naming `field`; 503 when too many wait.
    func refuse(_ password: String, of accountID: Int64, field: String = "password") async throws {
        guard rules.former > 0 else { return }
        let kept = try await database.read { try hashes(of: accountID, in: $0) }
        for hash in kept {
            guard try await !hasher.verify(password, against: hash, in: .known) else {
                throw Problem.validation([PasswordPolicy.Refusal.usedBefore.error(of: field)])
            }
        }
    }

    /// Keeps the hash that a locked account is about to lose, and forgets those that no longer count. The version of
    /// the credentials numbers them: another password always raises it.
    static func keep(of accountID: Int64, _ rules: PasswordRules, in transaction: Transaction) throws {
        let most = max(0, rules.former - 1)
        if most > 0 {
            try transaction.execute(
                "former_passwords.keep",
                """
                INSERT INTO former_passwords (account_id, number, password_hash)
                SELECT id, credentials_version, password_hash FROM accounts
                WHERE id = \(accountID) AND password_hash IS NOT NULL
                """)
        }
        try transaction.execute(
            "former_passwords.limit",
            """
            DELETE FROM former_passwords WHERE account_id = \(accountID) AND number <= (
                SELECT number FROM former_passwords WHERE account_id = \(accountID)
                ORDER BY number DESC LIMIT 1 OFFSET \(most))
            """)
    }

    static func table(_ dialect: Dialect) -> String {
        """
        ALTER TABLE accounts ADD COLUMN password_set_at \(dialect.integer);
        UPDATE accounts SET password_set_at = created_at;
        CREATE TABLE former_passwords (
            account_id \(dialect.integer) NOT NULL REFERENCES accounts (id),
            number \(dialect.integer) NOT NULL,
            password_hash \(dialect.text) NOT NULL,
            PRIMARY KEY (account_id, number)) \(dialect.strict);
        """
    }

    /// The present hash and those before it, the last first.
    private func hashes(of accountID: Int64, in reading: Reading) throws -> [String] {
        let present = try reading.all(
            "accounts.password_hash",
            "SELECT password_hash FROM accounts WHERE id = \(accountID) AND password_hash IS NOT NULL"
        ) { try String.read($0, 0) }
        return try present
            + reading.all(
                "former_passwords.list",
                """
                SELECT password_hash FROM former_passwords
                WHERE account_id = \(accountID) ORDER BY number DESC LIMIT \(rules.former - 1)
                """
            ) { try String.read($0, 0) }
    }
}
