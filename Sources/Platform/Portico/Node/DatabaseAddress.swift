import Glibc
import Logging
import PorticoPostgreSQL
import PorticoSQLite

/// Where an application keeps its rows, from the one setting that chooses the engine.
struct DatabaseAddress {
    enum Engine {
        case sqlite(path: String)
        case postgresql(url: String, schema: String)
    }

    let engine: Engine
    /// Copies of it that may answer reads.
    private(set) var replicas: [ReplicaAddress] = []

    /// The address of an application's database: its own setting, or else the one of all applications.
    /// - Throws: ``Settings/Mistake`` for an address of neither kind.
    init(_ settings: Settings, application: String) throws(Settings.Mistake) {
        let own = "\(application).database_url"
        let name = settings.text(own).isEmpty ? "database.url" : own
        try self.init(url: settings.text(name), settings, application: application, named: name)
        if name == "database.url" { replicas = try ReplicaAddress.list(settings, of: engine) }
    }

    /// An address that was given in words.
    /// - Parameter name: what it is called in a complaint.
    /// - Throws: ``Settings/Mistake`` for an address of neither kind.
    init(
        url: String, _ settings: Settings, application: String, named name: String = "--from"
    ) throws(Settings.Mistake) {
        if url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") {
            engine = .postgresql(url: url, schema: application)
        } else if url.hasPrefix("sqlite:") {
            let place = String(url.dropFirst("sqlite:".count))
            let isFile = place.hasSuffix(".sqlite") || place.hasSuffix(".db")
            let folder = place.isEmpty ? settings.text("data.directory") : place
            engine = .sqlite(path: isFile ? place : "\(folder)/\(application).sqlite")
        } else {
            throw Settings.Mistake(
                description: """
                    \(name): begins with neither sqlite: nor postgres://; it takes sqlite:<folder> or postgres://…
                    """)
        }
    }

    /// Opens the database and counts what it does.
    /// - Parameters:
    ///   - isServing: whether copies may answer reads; a command that ends soon needs none.
    ///   - leavesNoTrace: whether nothing may be made by opening it.
    func open(
        _ settings: Settings, application: String, metrics: MetricsRegistry, logger: Logger, isServing: Bool = false,
        leavesNoTrace: Bool = false
    ) async throws -> Database {
        let limit = Span.seconds(Int64(settings.integer("database.statement_seconds")))
        let log = QueryLog(logger: logger, slowMilliseconds: Int64(settings.integer("database.slow_milliseconds")))
        QueryMetrics.register(log, in: metrics, application: application)
        switch engine {
        case .sqlite(let path):
            var configuration = SQLiteEngine.Configuration(path: path, readers: settings.integer("database.readers"))
            configuration.statementTimeout = limit
            configuration.onPoolLevel = DatabaseAddress.tell(logger)
            let engine = try await SQLiteEngine.open(configuration)
            engine.register(in: metrics, application: application)
            return Database(engine: engine, queries: log)
        case .postgresql(let url, let schema):
            var configuration = PostgreSQLEngine.Configuration(url: url, schema: schema, statementTimeout: limit)
            configuration.base = settings.integer("database.pool_base")
            configuration.overflow = settings.integer("database.pool_overflow")
            configuration.localReaders = settings.integer("database.readers")
            let writers = settings.integer("database.writers")
            if writers > 0 { configuration.localWriters = writers }
            configuration.createsSchema = !leavesNoTrace
            configuration.onPoolLevel = DatabaseAddress.tell(logger)
            if isServing { follow(&configuration, settings, logger) }
            let engine = try await PostgreSQLEngine.open(configuration)
            engine.register(in: metrics, application: application)
            return Database(engine: engine, queries: log)
        }
    }

    /// Says when connections become scarce; the pool says so once for each level.
    private static func tell(_ logger: Logger) -> @Sendable (String, PoolLevel) -> Void {
        { pool, level in
            logger.log(
                level: level == .full ? .error : .warning, "database connections are becoming scarce",
                metadata: ["pool": "\(pool)", "at_work_percent": "\(level.rawValue)"])
        }
    }

    private func follow(
        _ configuration: inout PostgreSQLEngine.Configuration, _ settings: Settings, _ logger: Logger
    ) {
        configuration.replicas = replicas
        configuration.replicaRules.ejectAfter = .seconds(Int64(settings.integer("database.replica_lag_seconds")))
        configuration.onReplicaChange = { replica, change in
            let metadata: Logger.Metadata = ["replica": "\(replica)"]
            switch change {
            case .ejected(let reason):
                logger.warning("replica out of service: \(reason)", metadata: metadata)
            case .returned: logger.notice("replica in service", metadata: metadata)
            case .late: logger.warning("replica is late", metadata: metadata)
            case .caughtUp: logger.notice("replica is not late any more", metadata: metadata)
            }
        }
    }
}
