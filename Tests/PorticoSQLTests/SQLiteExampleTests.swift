// example
import Logging
import PorticoSQL
import PorticoSQLite
import PorticoTelemetry
// end of example
import PorticoTesting
import Testing

@Suite("The README's SQLite", .timeLimit(.minutes(5))) struct SQLiteExampleTests {
    // example
    func open(_ path: String, _ metrics: MetricsRegistry, _ logger: Logger) async throws -> (SQLiteEngine, Database) {
        var configuration = SQLiteEngine.Configuration(path: path)  // its folder is made where there is none
        configuration.readers = 2
        let engine = try await SQLiteEngine.open(configuration)
        engine.register(in: metrics, application: "notes")
        return (engine, Database(engine: engine, queries: QueryLog(logger: logger)))
    }
    // end of example

    @Test("keeps a row in a file")
    func example() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.file("notes.sqlite")
        let metrics = MetricsRegistry()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        // example
        let text = "keep me"
        let (engine, database) = try await open(path, metrics, logger)
        try await database.write { transaction in
            try transaction.execute("notes.create", "CREATE TABLE notes (text TEXT NOT NULL) STRICT")
            try transaction.execute("notes.insert", "INSERT INTO notes (text) VALUES (\(text))")
        }
        let notes = try await database.read { reading in
            try reading.all("notes.all", "SELECT text FROM notes") { try $0[0] as String }
        }
        await engine.close()
        // end of example
        #expect(notes == ["keep me"])
        #expect(String(decoding: metrics.prometheusText(), as: UTF8.self).contains("portico_sql_pool_connections"))
    }
}
