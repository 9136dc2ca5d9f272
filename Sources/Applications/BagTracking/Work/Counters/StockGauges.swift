import Portico
import Synchronization

/// How many sacks, bags and bills there are, and how far the chain of the audit is behind, for the metrics. Read now and then
/// from the counters: whoever asks for metrics must not make the database work.
final class StockGauges: Sendable {
    /// From one reading to the next.
    static let interval = Span.seconds(15)
    /// The most rows of the audit that are counted; more say no more.
    private static let mostUnchained = 100_000

    private struct Reading: Sendable {
        let stats: Stats
        let unchained: Int
        let imports: Int
    }

    private let database: Database
    private let stats: StatsReader
    private let last = Mutex<Reading?>(nil)

    init(database: Database, stats: StatsReader, metrics: MetricsRegistry) {
        self.database = database
        self.stats = stats
        // No sample before the first reading: a zero would say that there is nothing.
        metrics.observe(gauge: "bags_bags", help: "Sacks and bags, by kind and status.", labels: ["kind", "status"]) {
            [weak self] in self?.last.withLock { $0 }.map { StockGauges.bags($0.stats) } ?? []
        }
        metrics.observe(gauge: "bags_bills", help: "Bills, by state.", labels: ["state"]) { [weak self] in
            self?.last.withLock { $0 }.map { StockGauges.bills($0.stats) } ?? []
        }
        metrics.observe(
            gauge: "bags_audit_unchained_rows", help: "Rows of the audit that are not in its chain yet.", labels: []
        ) { [weak self] in self?.last.withLock { $0 }.map { [(labels: [], value: Double($0.unchained))] } ?? [] }
        metrics.observe(
            gauge: "bags_import_queue", help: "Imports that wait or run, on whichever node.", labels: []
        ) { [weak self] in self?.last.withLock { $0 }.map { [(labels: [], value: Double($0.imports))] } ?? [] }
    }

    /// Reads the figures as they are now.
    /// - Throws: ``SQLError``.
    func read() async throws {
        let stats = stats
        let reading = try await database.read { session in
            let unchained = try session.scalar(
                "audit.unchained",
                """
                SELECT count(*) FROM (
                    SELECT 1 FROM audit_rows WHERE seq > (SELECT last_seq FROM audit_chain)
                    LIMIT \(StockGauges.mostUnchained)) AS waiting
                """, as: Int.self)
            return Reading(
                stats: try stats.stats(area: nil, in: session), unchained: unchained ?? 0,
                imports: try ImportStore.unfinished(in: session))
        }
        last.withLock { $0 = reading }
    }

    /// Retired ones are counted together, whatever they were.
    private static func bags(_ stats: Stats) -> [(labels: [String], value: Double)] {
        let sacks = [ParentStatus.empty, .filling, .full].map { status in
            (labels: ["parent", status.rawValue], value: Double(stats.parents(status)))
        }
        let bags = [ChildStatus.loose, .linked].map { status in
            (labels: ["child", status.rawValue], value: Double(stats.children(status)))
        }
        return sacks + bags + [(labels: ["either", "retired"], value: Double(stats.retired))]
    }

    private static func bills(_ stats: Stats) -> [(labels: [String], value: Double)] {
        Stats.billStates.map { (labels: [$0], value: Double(stats.bills($0))) }
    }
}
