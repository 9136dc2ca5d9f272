import PorticoSQL
import PorticoValues

/// Codes that are sent by mail, or as text messages: six digits, good once and for a few minutes.
public enum MailCode {
    /// What a code is good for; one for one thing is worth nothing for another.
    public struct Purpose: RawRepresentable, Sendable, Hashable {
        /// Its name in the table.
        public let rawValue: String

        /// A purpose of the application's own.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Signing in, beside the password.
        public static let signIn = Purpose(rawValue: "sign_in")
        /// Showing that a phone is one's own.
        static let phone = Purpose(rawValue: "phone")
    }

    /// How codes behave.
    public struct Settings: Sendable {
        /// How long a code is good.
        public var life = Span.minutes(7)
        /// Wrong codes after which the right one is worth nothing either.
        public var tries = 5
        /// How many codes for one purpose one account may be sent, by whatever way.
        public var limit = MailLimit()

        /// Seven minutes, five tries, three codes in a quarter of an hour.
        public init() {}
    }

    /// A new code. The remainder prefers no digit by more than one part in 10^13.
    static func make() -> String {
        let number = randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000
        let text = String(number)
        return String(repeating: "0", count: 6 - text.count) + text
    }

    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE mail_codes (
            account_id \(dialect.integer) NOT NULL REFERENCES accounts (id),
            purpose \(dialect.text) NOT NULL,
            code_hash \(dialect.blob) NOT NULL,
            tries \(dialect.integer) NOT NULL DEFAULT 0,
            created_at \(dialect.integer) NOT NULL,
            expires_at \(dialect.integer) NOT NULL,
            PRIMARY KEY (account_id, purpose)) \(dialect.strict);
        CREATE INDEX mail_codes_expiry ON mail_codes (expires_at);
        """
    }
}
