import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// The text messages of a test.
extension AppHarness {
    /// Sends those that are due.
    func sendTexts() async throws {
        var book = JobBook()
        environment.texts.register(in: &book, database: database)
        try await JobWorker(
            database: database, queue: environment.jobs, book: book, logger: environment.logger,
            metrics: MetricsRegistry(), configuration: JobWorker.Configuration(application: "bags")
        ).runUntilIdle()
    }

    /// The code in the newest one, opened as the node opens it.
    func textedCode() async throws -> String {
        let row = try await database.read {
            try $0.first(
                "test.text", "SELECT message_id, content FROM text_messages ORDER BY id DESC LIMIT 1"
            ) { (id: try String.read($0, 0), content: try [UInt8].read($0, 1)) }
        }
        let message = try #require(row)
        let fields = FieldSeal(keys: environment.keys, purpose: "texts")
        let place = SealedPlace(table: "text_messages", column: "content", row: message.id)
        let content = try JSONValue(parsing: try #require(fields.open(message.content, at: place)))
        return String(try #require(content["text"]?.string).prefix { $0.isNumber })
    }

    /// Gives the account of a client a confirmed phone.
    func addPhone(_ client: TestClient, _ number: String) async throws {
        let path = "/bags/api/v1/phone"
        let begun = await client.post(path, ["number": .string(number), "password": .string(AppHarness.password)])
        #expect(begun.status == 201, "\(begun.text)")
        let confirmed = await client.post("\(path)/confirm", ["code": .string(try await textedCode())])
        #expect(confirmed.status == 200, "\(confirmed.text)")
    }
}
