import Logging
import PorticoJobs
import PorticoPostgreSQL
import PorticoSQL
import PorticoSQLite
import PorticoValues

/// A database by its address: the path of a file, or `postgres://…#schema`.
func open(_ address: String) async throws -> Database {
    let engine: any DatabaseEngine
    if address.hasPrefix("postgres") {
        let parts = address.split(separator: "#", maxSplits: 1).map(String.init)
        engine = try await PostgreSQLEngine.open(PostgreSQLEngine.Configuration(url: parts[0], schema: parts[1]))
    } else {
        engine = try await SQLiteEngine.open(SQLiteEngine.Configuration(path: address))
    }
    let database = Database(
        engine: engine, queries: QueryLog(logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }))
    _ = try await database.migrate([JobSchema.component, Effects.component], at: Clock().now())
    return database
}
