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
            MailSchema.component,
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

    /// Moves an application's rows from an embedded database to where the settings say.
    /// - Parameters:
    ///   - from: `sqlite:` and a folder or file.
    ///   - tell: hears of each table once it has been compared.
    /// - Returns: what became of each table.
    /// - Throws: ``Settings/Mistake``, ``DataMoveRefusal``, ``SQLError``.
    public static func move(
        _ application: any Application, from: String, settings: Settings, logger: Logger,
        telling tell: @Sendable (DataMove.Table) -> Void
    ) async throws -> [DataMove.Table] {
        let place = try DatabaseAddress(url: from, settings, application: application.id)
        guard case .sqlite(let path) = place.engine, access(path, R_OK) == 0 else {
            throw DataMoveRefusal(description: "\(from): there is no database of \(application.id)")
        }
        let source = try await place.open(
            settings, application: application.id, metrics: MetricsRegistry(), logger: logger)
        do {
            let target = try await open(application, settings: settings, logger: logger)
            do {
                let tables = try await DataMove(from: source, to: target).run(
                    schema(of: application), at: Clock().now(), telling: tell)
                await target.engine.close()
                await source.engine.close()
                return tables
            } catch {
                await target.engine.close()
                throw error
            }
        } catch {
            await source.engine.close()
            throw error
        }
    }

    /// Adds a person to an application.
    public static func enrol(
        _ person: NewPerson, in application: any Application, settings: Settings, logger: Logger
    ) async throws {
        let database = try await open(application, settings: settings, logger: logger)
        do {
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
