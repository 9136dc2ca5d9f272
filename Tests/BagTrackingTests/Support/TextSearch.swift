import PorticoTesting

@testable import BagTracking
@testable import Portico

extension AppHarness {
    /// The tables with a row that holds a text somewhere, as it is, in text or in bytes.
    func tables(holding text: String) async throws -> Set<String> {
        try await database.read { reading in
            var found: Set<String> = []
            for table in try TableShape.all(in: reading) {
                let rows = SQL(trusted: "SELECT \(table.quotedColumns) FROM \(table.quotedName)")
                try reading.each("test.rows", rows) { row in
                    for column in table.columns.indices {
                        if AppHarness.holds(try row.value(column), text) { found.insert(table.name) }
                    }
                }
            }
            return found
        }
    }

    private static func holds(_ value: SQLValue, _ text: String) -> Bool {
        switch value {
        case .text(let stored): stored.contains(text)
        case .blob(let bytes): bytes.contains(Array(text.utf8))
        default: false
        }
    }

    /// Turns what happened into messages to receivers of webhooks, as the running application does. Nothing is sent.
    /// - Returns: the desk that has them.
    func tellWebhooks() async throws -> WebhookDesk {
        let webhooks = try BagWebhooks(environment, metrics: BagMetrics(environment.metrics))
        try await EventRelay(
            database: database, outbox: EventOutbox(), clock: clock, logger: environment.logger,
            metrics: MetricsRegistry(), application: "bags", projections: [webhooks.desk.fanOut], listeners: []
        ).catchUp()
        return webhooks.desk
    }
}
