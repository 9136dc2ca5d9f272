import PorticoSQL

/// The tables of identity in an application's database.
public enum IdentitySchema {
    /// Accounts, sessions, audit, idempotency keys, failures to sign in, tokens, second factors, codes and links by mail,
    /// invitations, API keys, known browsers, former passwords, phones.
    public static let component = SchemaComponent(
        name: "identity",
        migrations: [
            Migration(1, "accounts, sessions, audit, idempotency keys") { first($0) },
            Migration(2, "failures to sign in") { Lockout.table($0) },
            Migration(3, "tokens") { TokenStore.tables($0) },
            Migration(4, "second factors") { SecondFactorStore.tables($0) },
            Migration(5, "codes by mail, password resets") { mails($0) },
            Migration(6, "invitations") { InvitationStore.table($0) },
            Migration(7, "API keys") { APIKeyStore.table($0) },
            Migration(8, "known browsers") { KnownBrowsers.table($0) },
            Migration(9, "former passwords, when passwords were set") { FormerPasswords.table($0) },
            Migration(10, "kept sessions") { SessionSettings.keptColumn($0) },
            Migration(11, "phones") { PhoneStore.table($0) },
            Migration(12, "links by mail") { MailedLinks.table($0) },
        ])

    private static func first(_ dialect: Dialect) -> String {
        [
            accounts(dialect), sessions(dialect), audit(dialect), idempotencyKeys(dialect),
            MasterKeyMark.table(dialect),
        ].joined(separator: "\n")
    }

    private static func mails(_ dialect: Dialect) -> String {
        [MailAllowance.table(dialect), MailCode.table(dialect), PasswordResetStore.firstTable(dialect)].joined(
            separator: "\n")
    }

    private static func accounts(_ dialect: Dialect) -> String {
        """
        CREATE TABLE accounts (
            id \(dialect.identity),
            email \(dialect.text) NOT NULL,
            email_key \(dialect.text) NOT NULL UNIQUE,
            name \(dialect.text) NOT NULL,
            role \(dialect.text) NOT NULL,
            password_hash \(dialect.text),
            is_active \(dialect.integer) NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
            created_at \(dialect.integer) NOT NULL,
            last_seen_at \(dialect.integer),
            credentials_version \(dialect.integer) NOT NULL DEFAULT 1) \(dialect.strict);
        """
    }

    private static func sessions(_ dialect: Dialect) -> String {
        """
        CREATE TABLE sessions (
            token_hash \(dialect.blob) NOT NULL PRIMARY KEY,
            account_id \(dialect.integer) NOT NULL REFERENCES accounts (id),
            created_at \(dialect.integer) NOT NULL,
            last_seen_at \(dialect.integer) NOT NULL,
            expires_at \(dialect.integer) NOT NULL,
            user_agent \(dialect.text) NOT NULL,
            address_hash \(dialect.blob) NOT NULL) \(dialect.strict);
        CREATE INDEX sessions_account ON sessions (account_id);
        CREATE INDEX sessions_expiry ON sessions (expires_at);
        """
    }

    /// `seq` never comes twice, also not after the newest row was deleted: hence AUTOINCREMENT on SQLite.
    ///
    /// On PostgreSQL the hidden column `xid` stands first for a reason: defaults are computed in the order of the
    /// columns, so a transaction has its id before it takes a `seq`. ``AuditChain`` relies on this.
    private static func audit(_ dialect: Dialect) -> String {
        let identity = dialect == .sqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : dialect.identity
        let transactionID = dialect == .sqlite ? "" : "xid xid8 NOT NULL DEFAULT pg_current_xact_id(),"
        return """
            CREATE TABLE audit_rows (
                \(transactionID)
                seq \(identity),
                at \(dialect.integer) NOT NULL,
                actor_id \(dialect.integer),
                action \(dialect.text) NOT NULL,
                entity_type \(dialect.text) NOT NULL,
                entity_id \(dialect.text),
                before \(dialect.text),
                after \(dialect.text),
                request_id \(dialect.text),
                ip \(dialect.text),
                prev_hash \(dialect.text),
                hash \(dialect.text)) \(dialect.strict);
            CREATE INDEX audit_rows_entity ON audit_rows (entity_type, entity_id, seq);
            CREATE INDEX audit_rows_actor ON audit_rows (actor_id, seq);
            CREATE INDEX audit_rows_action ON audit_rows (action, seq);
            CREATE TABLE audit_chain (
                id \(dialect.integer) NOT NULL PRIMARY KEY CHECK (id = 1),
                last_seq \(dialect.integer) NOT NULL,
                last_hash \(dialect.text) NOT NULL,
                ready_seq \(dialect.integer) NOT NULL,
                ready_xid \(dialect.integer) NOT NULL) \(dialect.strict);
            INSERT INTO audit_chain VALUES (1, 0, '\(AuditChain.origin)', 0, 0);
            """
    }

    private static func idempotencyKeys(_ dialect: Dialect) -> String {
        """
        CREATE TABLE idempotency_keys (
            scope \(dialect.blob) NOT NULL PRIMARY KEY,
            claim \(dialect.blob) NOT NULL,
            content_hash \(dialect.blob) NOT NULL,
            state \(dialect.text) NOT NULL CHECK (state IN ('running', 'done')),
            answer \(dialect.blob),
            created_at \(dialect.integer) NOT NULL,
            expires_at \(dialect.integer) NOT NULL) \(dialect.strict);
        CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
        """
    }
}
