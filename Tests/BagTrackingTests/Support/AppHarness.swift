import Logging
import PorticoTesting

@testable import BagTracking
@testable import Portico

/// The application on a database of its own, put together as a node does it, with a clock that stands still and an
/// account for every role. No worker runs.
struct AppHarness: Sendable {
    /// Password of all accounts.
    static let password = "Portico-demo-1!"
    /// 11:30 of a Saturday in the warehouse.
    static let start = Instant(seconds: 1_795_240_800)

    let application = BagTrackingApplication()
    let database: Database
    let clock: Clock
    let mount: Mount
    let site: Site
    let environment: ApplicationEnvironment
    /// Who does the application's jobs.
    let jobs: @Sendable (inout JobBook) -> Void
    /// What a node runs beside the requests.
    let workers: [(name: String, run: @Sendable () async -> Void)]

    fileprivate init(_ database: Database, settings: [(key: String, value: String)]) async throws {
        let environment = try AppHarness.environment(
            database, clock: Clock(standingAt: AppHarness.start), settings: settings)
        try await AppHarness.addPeople(environment, roles: BagTrackingApplication().roles)
        try await self.init(environment)
    }

    private init(_ environment: ApplicationEnvironment) async throws {
        let running = try await application.start(environment)
        self.environment = environment
        database = environment.database
        clock = environment.clock
        mount = running.mount
        jobs = running.jobs
        workers = running.workers
        site = try Site(
            Site.Configuration(
                mounts: [running.mount], csrf: environment.csrf, clock: clock, logger: environment.logger,
                metrics: environment.metrics, assets: environment.library.links))
    }

    /// The same application on the same data, as a process that is started with further settings has it.
    func restarted(_ settings: [(key: String, value: String)]) async throws -> AppHarness {
        // The library of the harness serves on; compressing one more takes long.
        let parts = try SharedParts(
            Node.Configuration(applications: [], settings: AppHarness.settings(settings)), clock: clock,
            metrics: MetricsRegistry())
        return try await AppHarness(
            try AppHarness.environment(database, clock: clock, settings: settings, secrets: parts))
    }

    /// What the application is given, with further settings.
    /// - Parameter secrets: whose keys it gets; those of the harness unless said.
    static func environment(
        _ database: Database, clock: Clock = Clock(standingAt: start), settings: [(key: String, value: String)] = [],
        secrets: SharedParts? = nil
    ) throws -> ApplicationEnvironment {
        let shared = try shared.get()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let own = (secrets ?? shared).environment(BagTrackingApplication(), database, logger: logger)
        let (outbox, caches, metrics) = (EventOutbox(), CacheRegistry(), MetricsRegistry())
        let jobs = JobQueue(
            clock: clock, seal: JobSeal(FieldSeal(keys: own.keys, previousKeys: own.previousKeys, purpose: "jobs")),
            outbox: outbox)
        let effective = try self.settings(settings)
        let texts = try NodeTexts(effective, clock: clock, metrics: metrics)
        return ApplicationEnvironment(
            database: database, clock: clock, outbox: outbox, keys: own.keys,
            previousKeys: own.previousKeys, csrf: own.csrf, passwords: try PasswordHasher(),
            metrics: metrics, logger: logger, settings: effective, library: shared.library,
            isSecure: false, isLocal: true, publicURL: shared.publicURL,
            limits: LimitDesk(database: database, book: RateRuleBook([])), jobs: jobs,
            mails: MailQueue(jobs: jobs, sender: shared.mail.sender, transport: shared.mail.transport),
            texts: texts.queue(jobs: jobs, keys: own.keys, previousKeys: own.previousKeys),
            caches: caches, presence: Presence(clock: clock), stale: StaleTags(outbox: outbox, caches: caches))
    }

    /// Keys and compressed assets are the same for all tests, and take long to make. A hasher is not shared: it turns
    /// away who comes when too many sign in at once.
    private static let shared = Result {
        try SharedParts(
            Node.Configuration(applications: [BagTrackingApplication()], settings: settings([])), clock: Clock(),
            metrics: MetricsRegistry())
    }

    private static func settings(_ further: [(key: String, value: String)]) throws -> Settings {
        try Settings(
            PlatformSettings.declarations + BagTrackingApplication().settings,
            flags: [
                (key: "secret.key", value: "0123456789abcdef0123456789abcdef"),
                (key: "public_url", value: "https://warehouse.example"),
                (key: "bags.gs1_company_prefix", value: "8901234"),
            ] + further)
    }

    /// Somebody who is not signed in.
    func stranger() -> TestClient {
        TestClient(site)
    }

    /// Somebody who is signed in: `dispatcher`, `dispatcher.indore`, `gatekeeper`, `biller` or `admin`.
    func client(_ name: String) async throws -> TestClient {
        let client = TestClient(site)
        try await client.signIn("\(name)@bags.demo", AppHarness.password, at: "/bags")
        return client
    }

    private static let people: [(name: String, role: BagRole, area: String?)] = [
        ("dispatcher", .dispatcher, "lucknow"), ("dispatcher.indore", .dispatcher, "indore"),
        ("gatekeeper", .gatekeeper, "lucknow"), ("biller", .biller, nil), ("admin", .admin, nil),
    ]

    /// Hashing is slow on purpose; all accounts of all tests share one hash.
    private static let passwordHash = Task { try await PasswordHasher().hash(password) }

    private static func addPeople(
        _ environment: ApplicationEnvironment, roles: [(name: String, permissions: Set<String>)]
    ) async throws {
        let accounts = BagTrackingParts.identity(environment, roles: roles).accounts
        let hash = try await passwordHash.value
        try await environment.database.write { transaction in
            for person in people {
                guard let email = EmailAddress("\(person.name)@bags.demo") else { continue }
                let account = try accounts.create(
                    NewAccount(email: email, name: "Test \(person.role.title)", role: person.role.rawValue),
                    passwordHash: hash, at: start, in: transaction)
                try transaction.execute(
                    "test.profile",
                    """
                    INSERT INTO user_profiles (user_id, role, area_code)
                    VALUES (\(account.id), \(person.role.rawValue), \(person.area))
                    """)
            }
        }
    }
}

/// Chains every row of the audit. On PostgreSQL transactions of other tests may be in the way for a moment.
func chainAudit(of database: Database) async throws {
    let unchained: SQL = "SELECT count(*) FROM audit_rows WHERE hash IS NULL"
    while try await database.read({ try $0.scalar("test.unchained", unchained, as: Int.self) }) != 0 {
        if try await AuditChain.extend(database) == 0 { await Task.yield() }
    }
}

/// Gives the application on a fresh database to `body`.
func withApp(
    on engine: TestEngine = .sqlite, settings: [(key: String, value: String)] = [], queries: QueryLog = .silent,
    _ body: (AppHarness) async throws -> Void
) async throws {
    let components = Node.schema(of: BagTrackingApplication())
    try await withDatabase(on: engine, components: components, queries: queries) { database in
        try await body(try await AppHarness(database, settings: settings))
    }
}
