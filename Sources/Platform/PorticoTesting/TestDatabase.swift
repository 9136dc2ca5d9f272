import Logging
import PorticoSQL
import PorticoSQLite
import PorticoValues
import Synchronization

/// A fresh database for one test: a file, or a schema with a random name on the server for tests.
///
/// ```swift
/// @Test("keeps what it is given", arguments: TestEngine.available)
/// func keeps(engine: TestEngine) async throws {
///     try await withDatabase(on: engine, components: [bagSchema]) { database in … }
/// }
/// ```
///
/// Close it when done; one that is let go of is closed a little later.
public final class TestDatabase: Sendable {
    /// The database, its schema up to date.
    public let database: Database
    private let place: Place

    private init(_ database: Database, _ place: Place) {
        self.database = database
        self.place = place
    }

    deinit {
        Task.detached { [place] in await place.leave() }
    }

    /// Makes a database with the schema of `components`.
    /// - Parameter queries: hears of every statement; by default nobody reads what it collects.
    /// - Throws: ``SQLError``, also when no server is named for the engine.
    public static func make(
        on engine: TestEngine, schema components: [SchemaComponent] = [], queries: QueryLog = .silent
    ) async throws -> TestDatabase {
        let place: Place
        switch engine {
        case .sqlite: place = try Place.sqlite(TemporaryFolder())
        case .postgresql: place = try await Place.postgreSQL()
        }
        do {
            let database = Database(engine: try await place.open(), queries: queries)
            _ = try await database.migrate(components, at: Instant(milliseconds: 0))
            return TestDatabase(database, place)
        } catch {
            await place.leave()
            throw error
        }
    }

    /// Another engine on the same data, as a second process would have it.
    public func openAgain(queries: QueryLog = .silent) async throws -> Database {
        Database(engine: try await place.open(), queries: queries)
    }

    /// Closes every engine on the data and removes it.
    public func close() async {
        await place.leave()
    }
}

/// Gives a fresh database to `body` and removes it afterwards.
/// - Throws: ``SQLError``, or what `body` throws.
public func withDatabase<Value: Sendable>(
    on engine: TestEngine, components: [SchemaComponent] = [], queries: QueryLog = .silent,
    _ body: (Database) async throws -> Value
) async throws -> Value {
    try await withTestDatabase(on: engine, components: components, queries: queries) { try await body($0.database) }
}

/// The same, for tests that open the data more than once.
/// - Throws: ``SQLError``, or what `body` throws.
public func withTestDatabase<Value: Sendable>(
    on engine: TestEngine, components: [SchemaComponent] = [], queries: QueryLog = .silent,
    _ body: (TestDatabase) async throws -> Value
) async throws -> Value {
    let made = try await TestDatabase.make(on: engine, schema: components, queries: queries)
    do {
        let value = try await body(made)
        await made.close()
        return value
    } catch {
        await made.close()
        throw error
    }
}

extension QueryLog {
    /// A log that writes nothing.
    public static var silent: QueryLog {
        QueryLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}

/// Where the data of a test database is, and the engines that are open on it.
final class Place: Sendable {
    private let opening: @Sendable () async throws -> any DatabaseEngine
    private let removing: @Sendable () async -> Void
    private let state = Mutex<(engines: [any DatabaseEngine], isLeft: Bool)>(([], false))

    init(
        opening: @escaping @Sendable () async throws -> any DatabaseEngine,
        removing: @escaping @Sendable () async -> Void
    ) {
        self.opening = opening
        self.removing = removing
    }

    static func sqlite(_ folder: TemporaryFolder) -> Place {
        Place {
            try await SQLiteEngine.open(SQLiteEngine.Configuration(path: folder.file("test.sqlite"), readers: 2))
        } removing: {
            folder.remove()
        }
    }

    func open() async throws -> any DatabaseEngine {
        let engine = try await opening()
        state.withLock { $0.engines.append(engine) }
        return engine
    }

    func leave() async {
        let engines = state.withLock { state -> [any DatabaseEngine]? in
            defer { state = ([], true) }
            return state.isLeft ? nil : state.engines
        }
        guard let engines else { return }
        for engine in engines { await engine.close() }
        await removing()
    }
}
