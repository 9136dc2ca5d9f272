import Glibc
import Logging

/// Parts of a node for commands that do not serve.
extension Node {
    /// Opens an application's database.
    /// - Parameter leavesNoTrace: whether nothing may be made by opening it.
    public static func open(
        _ application: any Application, settings: Settings, logger: Logger, leavesNoTrace: Bool = false
    ) async throws -> Database {
        let address = try DatabaseAddress(settings, application: application.id)
        return try await address.open(
            settings, application: application.id, metrics: MetricsRegistry(), logger: logger,
            leavesNoTrace: leavesNoTrace)
    }

    /// The components of an application's schema, the platform's first.
    public static func schema(of application: any Application) -> [SchemaComponent] {
        [
            IdentitySchema.component, EventSchema.component, LimitSchema.component, JobSchema.component,
            MailSchema.component, TextSchema.component,
        ] + application.schema
    }

    /// Brings an application's schema up to date.
    /// - Returns: the steps that were applied, or would be.
    public static func migrate(
        _ application: any Application, settings: Settings, logger: Logger, dryRun: Bool
    ) async throws -> [String] {
        if dryRun, case .sqlite(let path) = try DatabaseAddress(settings, application: application.id).engine,
            access(path, F_OK) != 0
        {
            // Opening would make it.
            return schema(of: application).flatMap { component in
                component.migrations.map { "\(component.name)/\($0.number) \($0.name)" }
            }
        }
        let database = try await open(application, settings: settings, logger: logger, leavesNoTrace: dryRun)
        let steps = try await database.migrate(schema(of: application), at: Clock().now(), dryRun: dryRun)
        await database.engine.close()
        return steps
    }

    /// Moves an application's rows from an embedded database to PostgreSQL, or what an earlier run has left of them.
    /// - Parameters:
    ///   - from: `sqlite:` and a folder or file.
    ///   - to: `postgres://…`; where the settings say when it is nil.
    ///   - tell: hears how it goes, on whatever thread; it must be quick.
    /// - Returns: what became of each table.
    /// - Throws: ``Settings/Mistake``, ``DataMoveRefusal``, ``SQLError``; `CancellationError` when the task is cancelled.
    public static func move(
        _ application: any Application, from: String, to: String? = nil, settings: Settings, logger: Logger,
        telling tell: @escaping @Sendable (DataMoveNews) -> Void
    ) async throws -> [DataMove.Table] {
        let place = try DatabaseAddress(url: from, settings, application: application.id)
        guard case .sqlite(let path) = place.engine, access(path, R_OK) == 0 else {
            throw DataMoveRefusal(description: "\(from): there is no database of \(application.id)")
        }
        let goal =
            try to.map { url throws(Settings.Mistake) in
                try DatabaseAddress(url: url, settings, application: application.id, named: "--to")
            } ?? DatabaseAddress(settings, application: application.id)
        guard case .postgresql = goal.engine else {
            throw DataMoveRefusal(description: "rows move to PostgreSQL; say where with --to postgres://…")
        }
        // Statements of a move are slow by nature.
        var quiet = logger
        quiet.logLevel = .error
        return try await withOpen(place, application, settings, quiet) { source in
            try await withOpen(goal, application, settings, quiet) { target in
                try await DataMove(from: source, to: target, named: path).run(
                    schema(of: application), at: Clock().now(), telling: tell)
            }
        }
    }

    /// Opens a database for `body` and closes it, whatever comes of it.
    static func withOpen<Value: Sendable>(
        _ address: DatabaseAddress, _ application: any Application, _ settings: Settings, _ logger: Logger,
        _ body: (Database) async throws -> Value
    ) async throws -> Value {
        let database = try await address.open(
            settings, application: application.id, metrics: MetricsRegistry(), logger: logger)
        do {
            let value = try await body(database)
            await database.engine.close()
            return value
        } catch {
            await database.engine.close()
            throw error
        }
    }

    /// Adds a person to an application.
    public static func enrol(
        _ person: NewPerson, in application: any Application, settings: Settings, logger: Logger
    ) async throws {
        let database = try await open(application, settings: settings, logger: logger)
        do {
            try await MoveLedger.refuseUnfinished(database, of: application.id)
            _ = try await database.migrate(schema(of: application), at: Clock().now())
            let parts = try SharedParts(
                Configuration(applications: [application], settings: settings), clock: Clock(),
                metrics: MetricsRegistry())
            try await application.enrol(person, parts.environment(application, database, logger: logger))
        } catch {
            await database.engine.close()
            throw error
        }
        await database.engine.close()
    }

    /// The routes of an application over a database that is closed again: for documents, not for serving.
    public static func mount(
        of application: any Application, settings: Settings, logger: Logger
    ) async throws -> Mount {
        let database = try await open(application, settings: settings, logger: logger)
        _ = try await database.migrate(schema(of: application), at: Clock().now())
        let parts = try SharedParts(
            Configuration(applications: [application], settings: settings), clock: Clock(), metrics: MetricsRegistry())
        let running = try await application.start(parts.environment(application, database, logger: logger))
        await database.engine.close()
        return running.mount
    }
}
