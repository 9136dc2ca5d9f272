import PorticoHTTP
import PorticoJobs
import PorticoSQL
import PorticoTelemetry

/// What operators see of an application's database: its statements, its connections, and how it stands.
///
/// It changes nothing.
public struct DatabaseConsole: Sendable {
    let database: Database
    private let queue: JobQueue?

    /// A console over a database.
    /// - Parameter queue: tells how many processes work on the database; without it nobody knows.
    public init(database: Database, queue: JobQueue? = nil) {
        self.database = database
        self.queue = queue
    }

    /// A statement with what was slow of it.
    struct StatementStanding: Sendable {
        let statistic: NamedStatistic
        let slow: SlowStatement?
    }

    /// Every statement that ran on this node, in an order.
    func statements(by order: StatementOrder) -> [StatementStanding] {
        let slow = Dictionary(database.queries.slow.snapshot().map { ($0.name, $0) }) { first, _ in first }
        let standings = database.queries.statistics.snapshot().map {
            StatementStanding(statistic: $0, slow: slow[$0.name])
        }
        if order == .name { return standings.sorted { $0.statistic.name < $1.statistic.name } }
        // A quantile is counted out of hundreds of buckets: once for each statement, not for each comparison.
        return standings.map { (key: order.key($0), standing: $0) }
            .sorted { ($1.key, $0.standing.statistic.name) < ($0.key, $1.standing.statistic.name) }
            .map(\.standing)
    }

    /// What was asked of the database itself.
    struct Inspection: Sendable {
        let examination: DatabaseExamination
        /// Processes that work on the database; nil when nobody knows.
        let nodes: Int?
    }

    /// Asks the database how it stands.
    /// - Throws: ``SQLError``.
    func inspect() async throws -> Inspection {
        try await database.read { [engine = database.engine, queue] reading in
            let workers = try queue?.workers(in: reading).count ?? 0
            return Inspection(examination: try engine.examine(reading), nodes: workers > 0 ? workers : nil)
        }
    }
}

/// By what statements are sorted: the greatest first, names by the alphabet.
enum StatementOrder: String, CaseIterable, Sendable {
    case total, calls, p50, p95, p99, rows, failed, slow, name

    /// The word on the page.
    var label: String {
        switch self {
        case .total: "Total time"
        case .calls: "Calls"
        case .p50: "p50"
        case .p95: "p95"
        case .p99: "p99"
        case .rows: "Rows"
        case .failed: "Failed"
        case .slow: "Slow"
        case .name: "Name"
        }
    }

    /// The figure that decides; 0 for names.
    func key(_ standing: DatabaseConsole.StatementStanding) -> Int64 {
        let statistic = standing.statistic
        return switch self {
        case .total: statistic.totalNanoseconds
        case .calls: Int64(statistic.count)
        case .p50: statistic.p50
        case .p95: statistic.p95
        case .p99: statistic.p99
        case .rows: Int64(statistic.rows)
        case .failed: Int64(statistic.errors)
        case .slow: Int64(standing.slow?.count ?? 0)
        case .name: 0
        }
    }
}
