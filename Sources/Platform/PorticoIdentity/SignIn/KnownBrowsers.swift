import PorticoHTTP
import PorticoSQL
import PorticoValues

/// The browsers in which people have signed in before.
///
/// Whoever guesses passwords locks an account for everybody but them: a browser that its owner has signed in with
/// waits for its own failures alone, and passwords from there are checked in a line of their own. The idea is OWASP's ("Slow Down Online
/// Guessing Attacks with Device Cookies").
///
/// A browser is known by a cookie of 256 random bits, of which only the hash is kept, together with the accounts that
/// have signed in with it. It stands for no password: who has the cookie alone gets as many tries as anybody.
enum KnownBrowsers {
    /// How long a browser is known after the last sign-in.
    static let life = Span.days(180)
    /// How many browsers of an account are known; the one signed in with longest ago is forgotten for a further one.
    static let limit = 20

    static func table(_ dialect: Dialect) -> String {
        """
        CREATE TABLE known_browsers (
            token_hash \(dialect.blob) NOT NULL,
            account_id \(dialect.integer) NOT NULL REFERENCES accounts (id),
            expires_at \(dialect.integer) NOT NULL,
            PRIMARY KEY (token_hash, account_id)) \(dialect.strict);
        CREATE INDEX known_browsers_account ON known_browsers (account_id, expires_at);
        CREATE INDEX known_browsers_expiry ON known_browsers (expires_at);
        """
    }

    /// A condition on the table `accounts`: whether the account has signed in with this browser.
    static func knows(_ browser: SessionToken?, at now: Instant) -> SQL {
        """
        EXISTS (
            SELECT 1 FROM known_browsers b
            WHERE b.token_hash = \(browser?.hash ?? []) AND b.account_id = accounts.id AND b.expires_at > \(now))
        """
    }

    /// Notes that somebody has signed in with a browser.
    static func note(_ browser: SessionToken, of accountID: Int64, at now: Instant, in transaction: Transaction) throws
    {
        try transaction.execute(
            "known_browsers.note",
            """
            INSERT INTO known_browsers (token_hash, account_id, expires_at)
            VALUES (\(browser.hash), \(accountID), \(now + life))
            ON CONFLICT (token_hash, account_id) DO UPDATE SET expires_at = excluded.expires_at
            """)
        try transaction.execute(
            "known_browsers.limit",
            """
            DELETE FROM known_browsers WHERE account_id = \(accountID) AND expires_at < (
                SELECT expires_at FROM known_browsers WHERE account_id = \(accountID)
                ORDER BY expires_at DESC LIMIT 1 OFFSET \(limit - 1))
            """)
    }
}

extension SessionSettings {
    private var browserCookieName: String { "\(cookieName)_browser" }

    /// The `Set-Cookie` value by which a browser is known again.
    func cookie(forBrowser token: SessionToken) -> String {
        "\(browserCookieName)=\(token.text); Max-Age=\(KnownBrowsers.life.seconds)\(attributes)"
    }

    /// What a request shows of the browser it comes from.
    func browser(in head: RequestHead) -> SessionToken? {
        head.cookies(browserCookieName).lazy.compactMap { SessionToken($0) }.first
    }
}
