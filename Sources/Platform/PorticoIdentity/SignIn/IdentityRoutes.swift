import PorticoHTTP
import PorticoJSON
import PorticoLimits
import PorticoPages
import PorticoSQL
import PorticoValues

/// The routes with which people sign in and out of an application: `/api/v1/session` for programs, `/sign-in`,
/// `/sign-in/code` and `/sign-out` for people.
///
/// They keep no idempotency keys: an answer that lets somebody in is not kept, and a retry signs in anew.
public struct IdentityRoutes: Sendable {
    /// Members the application adds to `user`.
    public typealias Extras = @Sendable (Principal) -> [(name: String, value: JSONValue)]

    /// How the sign-in page looks.
    public struct Appearance: Sendable {
        /// The surroundings of the page; without a person and without navigation.
        public var shell: @Sendable (RequestContext) -> PageShell
        /// A line below the heading, such as the accounts of a demonstration.
        public var hint: HTML?
        /// Where people go first whose role allows nothing before they have added an authenticator, below the mount
        /// (``AccountAppearance/secondFactorPath``); nil where the application has no page for it.
        public var secondFactorPath: String?
        /// Where people go first whose password is too old, below the mount (``AccountAppearance/accountPath``); nil
        /// where the application has no page for it.
        public var passwordPath: String?
        /// Where somebody goes who has signed in and wanted no page in particular, below the mount; nil for the
        /// application's first page.
        public var landing: @Sendable (Principal) -> String?

        /// An appearance.
        public init(
            hint: HTML? = nil, secondFactorPath: String? = nil, passwordPath: String? = nil,
            landing: @escaping @Sendable (Principal) -> String? = { _ in nil },
            shell: @escaping @Sendable (RequestContext) -> PageShell
        ) {
            self.shell = shell
            self.landing = landing
            self.hint = hint
            self.secondFactorPath = secondFactorPath
            self.passwordPath = passwordPath
        }
    }

    let database: Database
    let signIn: SignIn
    let sessions: SessionStore
    let tokens: TokenStore?
    let csrf: CSRFSigner
    let appearance: Appearance
    let extras: Extras
    let hasReset: Bool
    /// Links to sign in with; nil where there are none.
    let links: SignInLinkStore?

    /// The routes of an application.
    /// - Parameters:
    ///   - tokens: knows bearer tokens; nil where none are given out.
    ///   - hasReset: whether people get another password by mail.
    ///   - links: links by mail with which people sign in; nil where there are none.
    ///   - csrf: the signer the site checks tokens with.
    public init(
        database: Database, signIn: SignIn, sessions: SessionStore, tokens: TokenStore? = nil, csrf: CSRFSigner,
        appearance: Appearance, hasReset: Bool = false, links: SignInLinkStore? = nil,
        extras: @escaping Extras = { _ in [] }
    ) {
        self.hasReset = hasReset
        self.links = links
        self.database = database
        self.signIn = signIn
        self.sessions = sessions
        self.tokens = tokens
        self.csrf = csrf
        self.appearance = appearance
        self.extras = extras
    }

    /// All of them, to be mounted with the application's own.
    public var routes: [Route] {
        let arriving = [begin, form, submission, secondStep, secondStepSubmission].map { $0.matters(.critical) }
        let going = [end, leaving].map { $0.matters(.vital) }
        let linked = links.map { SignInLinkRoutes(entrance: self, links: $0).routes } ?? []
        return ([current] + arriving + going + linked).map { $0.answeringAnew() }
    }
}

extension IdentityRoutes {
    private static let path = "/api/v1/session"
    /// What signing in may be refused with.
    static let signInRefusals: [(HTTPStatus, String)] = [
        (401, "invalid_credentials"), (401, "second_factor_required"), (401, "invalid_second_factor"),
        (429, "account_locked"),
    ]

    private var begin: Route {
        .json(
            .post, IdentityRoutes.path, "signIn", "Sign in", access: .anonymous, limit: .signIn,
            statuses: [(.created, "Signed in; the cookie is set")],
            refusals: IdentityRoutes.signInRefusals
        ) { (context: RequestContext, input: SessionInput) -> Reply<SessionAnswer> in
            let new = try await signIn.begin(
                input.attempt(by: context), head: context.request.head, at: context.now)
            return try reply(
                new.session, status: .created,
                headers: [
                    "location": context.mount + IdentityRoutes.path, "set-cookie": new.cookie,
                    "set-cookie": new.browserCookie,
                ])
        }
    }

    private var current: Route {
        .json(.get, IdentityRoutes.path, "currentSession", "Who is signed in", access: .signedIn, cache: .privatePage) {
            (context: RequestContext, _: NoInput) -> Reply<SessionAnswer> in
            try reply(try await session(of: context))
        }
    }

    private var end: Route {
        .json(
            .delete, IdentityRoutes.path, "signOut", "Sign out", access: .signedIn,
            statuses: [(.noContent, "Signed out; the cookie is taken away")]
        ) { (context: RequestContext, _: NoInput) -> Reply<NoContent> in
            try await revoke(try await session(of: context))
            return Reply(
                NoContent(), status: .noContent, headers: ["set-cookie": sessions.settings.emptyCookie])
        }
    }

    func reply(
        _ session: Session, status: HTTPStatus = .ok, headers: Headers = [:]
    ) throws -> Reply<SessionAnswer> {
        let answer = SessionAnswer(
            user: SessionUser(session.principal),
            csrfToken: session.principal.csrfBinding.map { csrf.token(for: $0).value },
            expiresAt: session.end(sessions.settings), isPasswordExpired: session.dues.password)
        return Reply(encoded: try answer.encoded(adding: extras(session.principal)), status: status, headers: headers)
    }

    /// The session of a request that passed the authenticator; gone only when it was revoked within the last moment.
    func session(of context: RequestContext) async throws -> Session {
        if let session = try await tokens?.session(of: context.request.head) { return session }
        guard let session = try await sessions.session(of: context.request.head) else {
            throw Problem(401, "not_signed_in", "Sign in to go on.")
        }
        return session
    }

    func revoke(_ session: Session) async throws {
        try await database.write { transaction in
            if session.isCookie {
                try sessions.revoke(session, in: transaction)
            } else {
                try tokens?.revoke(session.tokenHash, in: transaction)
            }
        }
    }
}
