import Logging
import PorticoHTTP
import PorticoJSON
import PorticoSQL
import PorticoValues

/// Everything one application needs to know its people, put together from one database and one master secret.
///
/// ```swift
/// let identity = Identity(
///     Identity.Configuration(application: "bags", database: database, keys: keys, clock: clock, roles: roles),
///     hasher: hasher, attributes: { id, session in try Profile.attributes(of: id, in: session) })
/// mount.authenticator = identity.authenticator
/// mount.idempotency = identity.idempotency
/// ```
public struct Identity: Sendable {
    /// What identity of an application rests on.
    public struct Configuration: Sendable {
        /// Short name of the application; part of the cookie's name.
        public var application: String
        /// Where its tables are; ``IdentitySchema`` makes them.
        public var database: Database
        /// Its keys.
        public var keys: SecretKeys
        /// The clock of the process.
        public var clock: Clock
        /// Its roles.
        public var roles: RoleCatalog
        /// How long sessions last.
        public var sessions: SessionSettings
        /// When somebody who keeps failing to sign in must wait.
        public var lockout = LockoutSettings()
        /// What passwords must be, and for how long.
        public var passwords = PasswordRules()
        /// How long tokens last and what they say of their issuer.
        public var tokens: TokenSettings
        /// Keys below earlier master secrets: what they have signed is believed and what they have sealed opens.
        public var previousKeys: [SecretKeys] = []
        /// What its roles ask of people beside their password; a role without an entry keeps what the catalogue says.
        public var secondFactors: [String: SecondFactorRule] = [:]
        /// Sends codes, links to new passwords, and invitations; nil where the application sends no mail.
        public var mail: AccountMail?
        /// Sends codes as text messages to those who have confirmed a phone; nil where the application sends none.
        public var texts: AccountTexts?
        /// Whether people may sign in by a link in their mail.
        public var hasSignInLinks = true
        /// What speaks against closing an account, asked with the account locked: it throws what the person is told. Nil
        /// where people can't close their own.
        public var closing: (@Sendable (Account, Transaction) throws -> Void)?
        /// How codes by mail and text message behave.
        public var mailCodes = MailCode.Settings()
        /// Told of every try to sign in; nil where nobody is.
        public var logger: Logger?

        /// A configuration with the usual lifetimes.
        /// - Parameter isSecure: false only on plain HTTP over loopback.
        public init(
            application: String, database: Database, keys: SecretKeys, clock: Clock, roles: RoleCatalog,
            isSecure: Bool
        ) {
            self.application = application
            self.database = database
            self.keys = keys
            self.clock = clock
            self.roles = roles
            self.sessions = SessionSettings(application: application, isSecure: isSecure)
            self.tokens = TokenSettings(application: application)
        }
    }

    /// Accounts, in the caller's transactions.
    public let accounts: AccountStore
    /// Sessions.
    public let sessions: SessionStore
    /// Tokens of programs.
    public let tokens: TokenStore
    /// Authenticators and recovery codes.
    public let secondFactors: SecondFactorStore
    /// Codes by mail, for purposes of the application's own as well; nil where no mail is sent.
    public let mailCodes: MailCodeStore?
    /// Links to new passwords; nil where no mail is sent.
    public let passwordResets: PasswordResetStore?
    /// Links to sign in with; nil where there are none.
    public let signInLinks: SignInLinkStore?
    let addressChanges: AddressChangeStore?
    private let closing: AccountClosing?
    /// Invitations; nil where no mail is sent.
    public let invitations: InvitationStore?
    /// Phones that codes are sent to.
    public let phones: PhoneStore
    /// Keys of machines.
    public let apiKeys: APIKeyStore
    /// Encrypts single fields of the application's tables.
    public let fields: FieldSeal
    /// Knows the account behind a request.
    public let authenticator: SessionAuthenticator
    /// Keeps answers for retries.
    public let idempotency: IdempotencyKeeper
    /// Signs the positions of lists.
    public let cursors: CursorSigner
    /// Locks accounts and addresses after too many failures to sign in.
    public let lockout: Lockout
    /// Roles of the application, as its mount lists them.
    public let roles: RoleCatalog
    /// What passwords must be, for the application's own routes that take one.
    public let passwordRules: PasswordRules
    let database: Database
    let hasher: PasswordHasher
    let signIn: SignIn

    /// Identity of an application.
    /// - Parameters:
    ///   - hasher: shared by all applications of the process.
    ///   - attributes: loads what the application keeps about an account into its principal.
    public init(
        _ configuration: Configuration, hasher: PasswordHasher,
        attributes: @escaping SessionStore.Attributes = { _, _ in [:] }
    ) {
        let database = configuration.database
        let keys = configuration.keys
        roles = configuration.roles.applying(configuration.secondFactors, sendsMail: configuration.mail != nil)
        sessions = SessionStore(
            database: database, clock: configuration.clock, settings: configuration.sessions, roles: roles,
            addressKey: keys.addresses, passwordLife: configuration.passwords.life, attributes: attributes)
        passwordRules = configuration.passwords
        accounts = AccountStore(sessions: sessions, passwords: configuration.passwords)
        tokens = TokenStore(
            database: database, settings: configuration.tokens, sessions: sessions, key: SigningKey(seed: keys.tokens),
            previous: configuration.previousKeys.map { SigningKey(seed: $0.tokens) })
        apiKeys = APIKeyStore(
            application: configuration.application, database: database, sessions: sessions, keys: keys,
            previous: configuration.previousKeys)
        authenticator = SessionAuthenticator(store: sessions, tokens: tokens, keys: apiKeys)
        idempotency = IdempotencyKeeper(database: database, clock: configuration.clock, key: keys.idempotency)
        cursors = CursorSigner(key: keys.cursors)
        lockout = Lockout(settings: configuration.lockout, key: keys.lockout)
        secondFactors = SecondFactorStore(
            keys: keys, previous: configuration.previousKeys, issuer: configuration.application)
        fields = FieldSeal(keys: keys, previousKeys: configuration.previousKeys)
        phones = PhoneStore(configuration, fields: fields)
        let mails = MailedParts(
            configuration, accounts: accounts, sessions: sessions, lockout: lockout, phones: phones)
        mailCodes = mails?.codes
        passwordResets = mails?.resets
        invitations = mails?.invitations
        signInLinks = mails?.signInLinks
        addressChanges = mails?.addresses
        closing = AccountClosing(configuration.closing, accounts: accounts, letters: mails?.letters)
        signIn = SignIn(
            database: database, hasher: hasher, sessions: sessions, lockout: lockout, factors: secondFactors,
            mailed: mails?.factor, lockNotice: mails?.lockNotice, logger: configuration.logger)
        self.database = database
        self.hasher = hasher
    }

    /// The routes to sign in and out.
    /// - Parameters:
    ///   - csrf: the signer the site checks tokens with.
    ///   - extras: members the application adds to `user`.
    public func routes(
        csrf: CSRFSigner, appearance: IdentityRoutes.Appearance,
        extras: @escaping IdentityRoutes.Extras = { _ in [] }
    ) -> [Route] {
        IdentityRoutes(
            database: database, signIn: signIn, sessions: sessions, tokens: tokens, csrf: csrf,
            appearance: appearance, hasReset: passwordResets != nil, links: signInLinks, extras: extras
        ).routes
    }

    /// The routes with which programs get, renew and revoke tokens, and the keys to check them with.
    public var tokenRoutes: [Route] {
        TokenRoutes(database: database, signIn: signIn, tokens: tokens).routes
    }

    /// The routes with which people look after what they sign in with: sessions, password, second factor, phone, address;
    /// and with which they close their account.
    public var ownerRoutes: [Route] {
        SecondFactorRoutes(own: ownAccount).routes + OwnSessionRoutes(own: ownAccount).routes
            + PhoneRoutes(own: ownAccount).routes + OwnAccountRoutes(own: ownAccount).routes
    }

    /// The pages on which people do the same: `/account` and those below it.
    public func accountPages(_ appearance: AccountAppearance) -> [Route] {
        AccountRoutes(own: ownAccount, keys: ownAPIKeys, appearance: appearance).routes
    }

    var ownAccount: OwnAccount {
        OwnAccount(
            database: database, hasher: hasher, signIn: signIn, accounts: accounts, authenticator: authenticator,
            factors: secondFactors, own: OwnSessions(sessions: sessions, tokens: tokens), cursors: cursors,
            roles: roles, phones: phones, passwords: passwordRules, addresses: addressChanges, closing: closing)
    }

    /// Removes what has expired. Run it every few minutes.
    /// - Returns: how many rows were removed.
    public func purge(at now: Instant) async throws -> Int {
        let sessions = try await sessions.purge(at: now)
        let failures = try await lockout.purge(at: now, in: database)
        let families = try await tokens.purge(at: now)
        let lapsed = try await Retention(RetentionRule.identity, in: database).run(at: now).reduce(0) { $0 + $1.rows }
        return try await sessions + failures + families + lapsed + idempotency.purge(at: now)
    }
}
