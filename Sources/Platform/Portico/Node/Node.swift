import Logging
import PorticoRedis
import PorticoServer
import Synchronization

/// One process that serves applications: opens their databases, brings schemas up to date, starts workers, listens, and
/// ends in good order.
public final class Node: Sendable {
    /// What a node is made of.
    public struct Configuration: Sendable {
        /// The applications to serve.
        public var applications: [any Application]
        /// The effective settings.
        public var settings: Settings
        /// Demonstration data to put into empty databases.
        public var demonstration: Demonstration?
        /// Version of the program.
        public var version: String

        /// A configuration.
        public init(
            applications: [any Application], settings: Settings, demonstration: Demonstration? = nil,
            version: String = "development"
        ) {
            self.applications = applications
            self.settings = settings
            self.demonstration = demonstration
            self.version = version
        }
    }

    private let configuration: Configuration
    private let clock: Clock
    private let logger: Logger
    private let metrics: MetricsRegistry
    private let state = Mutex(State())

    private struct State {
        var databases: [Database] = []
        var workers: [Task<Void, Never>] = []
        /// Those that do jobs: they stop taking any as soon as the node is asked to end.
        var jobWorkers: [Task<Void, Never>] = []
        /// Sends spans. Ends after all that records any.
        var traces: Task<Void, Never>?
        var endStreams: [@Sendable () -> Void] = []
        var server: HTTPServer?
        var shared: SharedCounters?
        var isDraining = false
    }

    /// A node that has not started. The clock is the system's unless a test brings its own.
    public init(
        _ configuration: Configuration, logger: Logger, clock: Clock = Clock(),
        metrics: MetricsRegistry = MetricsRegistry()
    ) {
        self.configuration = configuration
        self.logger = logger
        self.clock = clock
        self.metrics = metrics
    }

    /// Starts everything and listens.
    /// - Returns: the port listened on.
    /// - Throws: ``Settings/Mistake``, ``SQLError``, or the server's error when the port is taken; nothing is left running.
    public func start() async throws -> Int {
        do {
            return try await startAll()
        } catch {
            await stop()
            throw error
        }
    }

    private func startAll() async throws -> Int {
        let settings = configuration.settings
        ProcessMetrics.register(in: metrics, version: configuration.version)
        let shared = try SharedCounters(settings, metrics: metrics, logger: logger)
        state.withLock { $0.shared = shared }
        // Links name the port before the server has it.
        let reserved = try settings.integer("server.port") == 0 ? ReservedPort(host: settings.text("server.host")) : nil
        let parts = try SharedParts(
            configuration, clock: clock, metrics: metrics, redis: shared, port: reserved?.number)
        let traces = try NodeTraces(
            settings, version: configuration.version, clock: clock, metrics: metrics, logger: logger)
        if let doubt = parts.address.doubt { logger.warning("\(doubt)") }
        var mounts: [Mount] = []
        var checks: [HealthCheck] = shared.map { [$0.check] } ?? []
        for application in configuration.applications {
            let (running, database) = try await start(application, parts, tracer: traces.tracer)
            mounts.append(running.mount)
            checks.append(.database(database, application: application.id))
            checks += HealthCheck.replicas(of: database, application: application.id).map { [$0] } ?? []
            checks += running.checks
        }
        let operations = OperationsRoutes(checks: checks, metrics: metrics) { [self] in state.withLock { $0.isDraining }
        }
        mounts.append(RootMount.make(configuration, parts, operations: operations.routes, of: mounts))
        let doors = try NodeDoors(settings, metrics: metrics, logger: logger, clock: clock)
        let site = try Site(
            parts.siteConfiguration(
                mounts, doors: doors.doors, shared: shared, tracer: traces.tracer, logger: logger))
        let server = HTTPServer(
            configuration: serverConfiguration(settings, parts), responder: site,
            answers: AnswerCache(in: parts.caches, bytes: settings.integer("cache.answers_megabytes") << 20),
            observer: ServerMetrics(metrics))
        state.withLock { state in
            state.server = server
            state.workers.append(Task { await doors.watch() })
            state.workers.append(Task { await parts.caches.run() })
            state.workers.append(Task { await parts.texts.run() })
            state.workers.append(Task { await HeapUpkeep.run() })
            state.traces = Task { await traces.run() }
        }
        defer { withExtendedLifetime(reserved) {} }
        return try await server.start()
    }

    private func start(
        _ application: any Application, _ parts: SharedParts, tracer: Tracer?
    ) async throws -> (RunningApplication, Database) {
        var logger = self.logger
        logger[metadataKey: "application"] = "\(application.id)"
        let settings = configuration.settings
        let address = try DatabaseAddress(settings, application: application.id)
        let database = try await address.open(
            settings, application: application.id, metrics: metrics, logger: logger, isServing: true)
        state.withLock { $0.databases.append(database) }
        try await MoveLedger.refuseUnfinished(database, of: application.id)
        for step in try await database.migrate(Node.schema(of: application), at: clock.now()) {
            logger.notice("schema step applied", metadata: ["step": "\(step)"])
        }
        let environment = parts.environment(application, database, logger: logger)
        guard try await MasterKeyMark.matches(parts.keys, previous: parts.previousKeys, in: database) else {
            throw Settings.Mistake.otherKey(thanDatabaseOf: application.id)
        }
        try await environment.renewSeals()
        if let demonstration = configuration.demonstration {
            try await application.seed(demonstration, environment)
        }
        try await environment.stale.repeatDeclared(in: database)
        var running = try await application.start(environment)
        if !address.replicas.isEmpty { running.mount.positions = parts.positions(of: application.id) }
        if parts.isTesting {
            running.mount.routes.append(OutboxRoute(mails: environment.mails, database: database).route)
            running.mount.routes += NoticeBoard(environment, application: application.id).routes
            running.mount.routes += DearThings(environment, application: application.id).routes
        }
        try await environment.limits.open(running.mount)
        let publisher = AuditPublisher(environment, application: application.id)
        running.checks += publisher.map { [$0.check] } ?? []
        let own = [
            Task { await environment.limits.run() },
            Task { await parts.streams.run(application.id, environment) },
            Task { if let publisher { await publisher.watch() } },
        ]
        let workers = own + running.workers.map { worker in Task { await worker.run() } }
        let jobs = Task { [running] in
            await environment.work(running, application: application.id, publisher: publisher, tracer: tracer)
        }
        state.withLock { state in
            state.workers += workers
            state.jobWorkers.append(jobs)
            state.endStreams.append(running.endStreams)
        }
        return (running, database)
    }

    private func serverConfiguration(
        _ settings: Settings, _ parts: SharedParts
    ) -> HTTPServer.Configuration {
        let proxies = parts.proxies
        var server = HTTPServer.Configuration(host: settings.text("server.host"), port: parts.port)
        server.maxConnections = settings.integer("server.max_connections")
        server.maxConnectionsPerAddress = settings.integer("server.max_connections_per_address")
        server.isSharedAddress = { NetworkAddress($0)?.isLoopback ?? true || proxies.contains($0) }
        server.drainTimeout = .seconds(settings.integer("server.drain_seconds"))
        server.lagInterval = .seconds(1)
        return server
    }

    /// Ends in good order: no new connections and no new jobs, streams end, running requests and jobs finish, workers end,
    /// databases close.
    public func stop() async {
        let ending = state.withLock { state in
            defer { state = State(isDraining: true) }
            return state
        }
        for end in ending.endStreams { end() }
        // Jobs have their time to end while requests have theirs.
        for worker in ending.jobWorkers { worker.cancel() }
        await ending.server?.shutdown()
        for worker in ending.jobWorkers { await worker.value }
        for worker in ending.workers { worker.cancel() }
        for worker in ending.workers { await worker.value }
        ending.traces?.cancel()
        await ending.traces?.value
        for database in ending.databases { await database.engine.close() }
        await ending.shared?.shutdown()
    }
}
