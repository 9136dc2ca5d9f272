import Logging
import PorticoHTTP
import PorticoJSON
import PorticoPages
import PorticoSQL
import PorticoTelemetry
import PorticoTesting
import PorticoValues

@testable import PorticoIdentity

/// An application with accounts, on a database of its own and a clock that stands still.
struct Office: Sendable {
    static let password = "Correct-horse-7"
    static let started = Instant(milliseconds: 1_795_258_800_000)

    /// Made once: a hash takes long on purpose.
    private static let sharedHash = Task { try await PasswordHasher().hash(Office.password) }

    let database: Database
    let clock: Clock
    let hasher: PasswordHasher
    let identity: Identity
    let passwordHash: String
    private let configure: Configure

    /// Changes the configuration of every node.
    typealias Configure = @Sendable (inout Identity.Configuration) -> Void

    init(
        _ database: Database, isSecure: Bool = false, clock: Clock = Clock(standingAt: Office.started),
        configure: @escaping Configure = { _ in }
    ) async throws {
        self.configure = configure
        self.database = database
        self.clock = clock
        hasher = try PasswordHasher()
        passwordHash = try await Office.sharedHash.value
        identity = Office.node(database, clock, hasher, isSecure: isSecure, configure)
    }

    /// Another process on the same database.
    func anotherNode(_ change: Configure = { _ in }) -> Identity {
        Office.node(database, clock, hasher, isSecure: false) {
            configure(&$0)
            change(&$0)
        }
    }

    /// The keys below a master secret of 32 equal bytes.
    static func keys(_ byte: UInt8 = 7) -> SecretKeys {
        SecretKeys(master: Secret(Array(repeating: byte, count: 32)))
    }

    private static func node(
        _ database: Database, _ clock: Clock, _ hasher: PasswordHasher, isSecure: Bool, _ configure: Configure
    ) -> Identity {
        var configuration = Identity.Configuration(
            application: "bags", database: database, keys: Office.keys(), clock: clock,
            roles: RoleCatalog([
                (name: "admin", permissions: ["user.manage", "bag.read"]),
                (name: "packer", permissions: ["bag.read"]),
            ]),
            isSecure: isSecure)
        configure(&configuration)
        return Identity(configuration, hasher: hasher, attributes: { id, _ in ["desk": "\(id)"] })
    }

    func hire(_ email: String = "asha@example.org", role: String = "packer", name: String = "Asha Rao") async throws
        -> Account
    {
        guard let address = EmailAddress(email) else { throw Missing() }
        return try await database.write { transaction in
            try identity.accounts.create(
                NewAccount(email: address, name: name, role: role), passwordHash: passwordHash, at: clock.now(),
                in: transaction)
        }
    }

    func signIn(
        _ email: String = "asha@example.org", password: String = Office.password, head: RequestHead = Office.head(),
        from address: String = "192.0.2.7"
    ) async throws -> NewSession {
        try await identity.signIn.begin(
            SignInAttempt(email: email, password: password, address: address), head: head, at: clock.now())
    }

    /// The head of a request that carries a session.
    static func head(_ session: NewSession? = nil, method: HTTPMethod = .get, target: String = "/bags/") -> RequestHead
    {
        var headers: Headers = ["user-agent": "Test/1"]
        if let session { headers["cookie"] = String(session.cookie.prefix { $0 != ";" }) }
        return RequestHead(method: method, target: target, headers: headers, peer: "192.0.2.7")
    }

    /// The head of a request from the browser that a session began in, after its owner has signed out.
    static func head(browserOf session: NewSession) -> RequestHead {
        let headers: Headers = ["cookie": String(session.browserCookie.prefix { $0 != ";" })]
        return RequestHead(method: .post, target: "/bags/sign-in", headers: headers, peer: "192.0.2.7")
    }

    func isKnown(_ session: NewSession, to node: Identity? = nil) async throws -> Bool {
        try await (node ?? identity).sessions.session(of: Office.head(session)) != nil
    }

    func count(_ table: String) async throws -> Int {
        try await database.read {
            try $0.scalar("test.count", SQL(trusted: "SELECT count(*) FROM \(table)"), as: Int.self) ?? 0
        }
    }

    /// The site with nothing but the routes of identity, as a node serves it.
    func site(of node: Identity? = nil) throws -> Site {
        let identity = node ?? identity
        let csrf = CSRFSigner(key: Array(repeating: 9, count: 32))
        let assets = AssetLinks { "/assets/\($0)" }
        var mount = Mount(
            id: "bags", prefix: "/bags", title: "Bags",
            routes: identity.routes(
                csrf: csrf,
                appearance: IdentityRoutes.Appearance(
                    secondFactorPath: AccountAppearance.secondFactorPath, passwordPath: AccountAppearance.accountPath
                ) { context in
                    PageShell(
                        title: "Sign in", application: "Bags", mark: .sack, home: "/bags/", assets: context.assets)
                },
                extras: { [(name: "area_code", value: $0.attributes["desk"].map { .string($0) } ?? .null)] })
                + identity.tokenRoutes + identity.ownerRoutes
                + identity.accountPages(
                    AccountAppearance(roleName: { $0.uppercased() }) { context in
                        PageShell(
                            title: "", application: "Bags", mark: .sack, home: "/bags/", assets: context.assets,
                            csrfToken: context.csrf.value)
                    }))
        mount.authenticator = identity.authenticator
        mount.idempotency = identity.idempotency
        return try Site(
            Site.Configuration(
                mounts: [mount], csrf: csrf, clock: clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                metrics: MetricsRegistry(), assets: assets))
    }
}

struct Missing: Error {}

/// Gives an office on a fresh database to `body`.
func withOffice(
    on engine: TestEngine, isSecure: Bool = false, configure: @escaping Office.Configure = { _ in },
    _ body: (Office) async throws -> Void
) async throws {
    try await withDatabase(on: engine, components: [IdentitySchema.component]) { database in
        let office = try await Office(database, isSecure: isSecure, configure: configure)
        try await body(office)
        await office.identity.authenticator.settle()
    }
}

/// The code of the problem `body` throws, or nil when it throws none.
func problem(_ body: () async throws -> Void) async throws -> Problem? {
    do {
        try await body()
        return nil
    } catch let problem as Problem {
        return problem
    }
}
