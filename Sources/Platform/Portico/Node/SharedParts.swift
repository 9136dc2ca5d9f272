import Logging
import PorticoRedis

/// What all applications of a node share.
struct SharedParts {
    let configuration: Node.Configuration
    let clock: Clock
    let metrics: MetricsRegistry
    let keys: SecretKeys
    let previousKeys: [SecretKeys]
    let csrf: CSRFSigner
    let passwords: PasswordHasher
    let library: AssetLibrary
    let proxies: TrustedProxies
    /// Where the server listens, or will.
    let port: Int
    let address: PublicAddress
    let limits: RateRuleBook
    let mail: NodeMail
    let texts: NodeTexts
    let caches: CacheRegistry
    let streams: NodeStreams
    private let redis: SharedCounters?

    var settings: Settings { configuration.settings }
    var publicURL: String { address.text }
    var isSecure: Bool { settings.flag("server.secure") }
    var isTesting: Bool { settings.text("environment") == "testing" }

    /// - Parameter port: the one that was reserved where the settings leave the choice.
    init(
        _ configuration: Node.Configuration, clock: Clock, metrics: MetricsRegistry, redis: SharedCounters? = nil,
        port: Int? = nil
    ) throws {
        let settings = configuration.settings
        self.configuration = configuration
        self.redis = redis
        self.clock = clock
        self.metrics = metrics
        streams = try NodeStreams(settings, redis: redis)
        proxies = TrustedProxies(settings.list("server.trusted_proxies")) ?? .none
        let environment = settings.text("environment")
        if environment != "production", !settings.isLocal {
            throw Settings.Mistake(
                description: """
                    server.host: '\(settings.text("server.host"))' is not accepted in the \(environment) environment; \
                    it takes a loopback address
                    """)
        }
        try SharedParts.checkReach(settings)
        keys = SecretKeys(master: try MasterKey.load(settings))
        previousKeys = try SharedParts.previousKeys(settings)
        csrf = CSRFSigner(key: keys.key(for: "csrf"), previous: previousKeys.map { $0.key(for: "csrf") })
        passwords = try PasswordHasher()
        var library = AssetLibrary()
        library.add(EmbeddedAsset.platform, folder: "portico")
        for application in configuration.applications { library.add(application.assets, folder: application.id) }
        self.library = library
        limits = NodeLimits.book(settings, metrics: metrics)
        self.port = port ?? settings.integer("server.port")
        address = PublicAddress(settings, port: self.port)
        mail = try NodeMail(settings, clock: clock, publicURL: address.text)
        texts = try NodeTexts(settings, clock: clock, metrics: metrics)
        caches = NodeCaches.registry(settings, clock: clock, metrics: metrics, redis: redis)
    }

    func environment(_ application: any Application, _ database: Database, logger: Logger) -> ApplicationEnvironment {
        let keys = SharedParts.keys(of: application.id, below: keys)
        let previousKeys = previousKeys.map { SharedParts.keys(of: application.id, below: $0) }
        let outbox = EventOutbox()
        let jobs = JobQueue(
            clock: clock, seal: JobSeal(FieldSeal(keys: keys, previousKeys: previousKeys, purpose: "jobs")),
            outbox: outbox)
        return ApplicationEnvironment(
            database: database, clock: clock, outbox: outbox,
            keys: keys, previousKeys: previousKeys, csrf: csrf, passwords: passwords, metrics: metrics, logger: logger,
            settings: settings, library: library,
            isSecure: isSecure, isLocal: settings.isLocal, publicURL: publicURL,
            limits: LimitDesk(database: database, book: limits), jobs: jobs,
            mails: MailQueue(jobs: jobs, sender: mail.sender, transport: mail.transport),
            texts: texts.queue(jobs: jobs, keys: keys, previousKeys: previousKeys), caches: caches,
            presence: Presence(
                clock: clock,
                shared: redis.map { redis in
                    RedisPresence(redis.client, prefix: redis.keys.own("portico:presence:\(application.id)"))
                },
                span: .seconds(Int64(settings.integer("presence.seconds")))),
            stale: StaleTags(outbox: outbox, caches: caches))
    }

    /// Remembers up to where the callers of an application have written.
    func positions(of application: String) -> SessionPositions {
        SessionPositions(
            application: application, isSecure: isSecure,
            lag: .seconds(Int64(settings.integer("database.replica_lag_seconds"))))
    }

    /// Keys that no other application has.
    static func keys(of application: String, below keys: SecretKeys) -> SecretKeys {
        SecretKeys(master: Secret(keys.key(for: "application/\(application)")))
    }

    /// The keys beside the present one. They let people in just as that does, so they must be as good.
    static func previousKeys(_ settings: Settings) throws(Settings.Mistake) -> [SecretKeys] {
        let texts = settings.list("secret.previous_keys")
        guard texts.allSatisfy({ $0.utf8.count >= 32 && Set($0.utf8).count >= 8 }) else {
            throw Settings.Mistake(
                description: """
                    secret.previous_keys: one of its values is too short or too plain; it takes keys that were \
                    secret.key, of 32 random characters or more, separated by commas
                    """)
        }
        return texts.map { SecretKeys(master: Secret(Array($0.utf8))) }
    }

    /// Passwords and cookies must not cross a network in the clear.
    private static func checkReach(_ settings: Settings) throws(Settings.Mistake) {
        guard !settings.isLocal, !settings.flag("server.secure"), !settings.flag("server.plain_network") else {
            return
        }
        throw Settings.Mistake(
            description: """
                server.host: '\(settings.text("server.host"))' can be reached from a network; it takes server.secure=true \
                with a TLS proxy in front (or server.plain_network=true where the network itself is trusted)
                """)
    }

    func siteConfiguration(
        _ mounts: [Mount], doors: Doors, shared: SharedCounters?, tracer: Tracer?, logger: Logger
    ) -> Site.Configuration {
        var site = Site.Configuration(
            mounts: mounts, csrf: csrf, clock: clock, logger: logger, metrics: metrics, assets: library.links)
        site.trustedProxies = proxies
        site.isSecure = isSecure
        site.origin = SiteOrigin(
            publicURL: settings.text("public_url"), takesOtherNames: settings.text("environment") != "production",
            isSecure: isSecure)
        site.doors = doors
        site.tracer = tracer
        site.limits = mounts.last.flatMap {
            NodeLimits.make(settings, book: limits, root: $0, shared: shared, metrics: metrics)
        }
        return site
    }
}
