import PorticoJSON
import PorticoSQL
import PorticoTelemetry

/// A statement as programs of operators see it.
struct StatementAnswer: JSONRepresentable {
    private let standing: DatabaseConsole.StatementStanding?

    init(_ standing: DatabaseConsole.StatementStanding) {
        self.standing = standing
    }

    private init() {
        standing = nil
    }

    static let schemaName = "StatementStanding"
    static let example = StatementAnswer()

    func write(to object: inout JSONObjectWriter) {
        let (statistic, slow) = (standing?.statistic, standing?.slow)
        object.field("name", statistic?.name ?? "bags.list", "Its name")
        object.field("calls", statistic?.count ?? 12_000, "How often it ran")
        object.field("failed", statistic?.errors ?? 0, "How often it failed")
        object.field("rows", statistic?.rows ?? 240_000, "Rows it returned or changed")
        object.field("total_ms", milliseconds(statistic?.totalNanoseconds ?? 4_800_000_000), "Time of all runs")
        object.field("p50_ms", milliseconds(statistic?.p50 ?? 310_000), "Half of the runs took at most so long")
        object.field("p95_ms", milliseconds(statistic?.p95 ?? 900_000), "95 of 100 did")
        object.field("p99_ms", milliseconds(statistic?.p99 ?? 2_100_000), "99 of 100 did")
        object.field("slowest_ms", milliseconds(statistic?.slowest ?? 120_000_000), "The slowest run")
        object.field("slow", slow?.count ?? 0, "How many runs took longer than the log allows")
        object.field("slow_at", slow?.lastAt, "When one did for the last time; null when none is remembered")
        object.field("plan", slow?.plan ?? [], "The plan of the slowest of these, line by line, without values")
    }
}

/// A pool as programs of operators see it.
struct PoolAnswer: JSONRepresentable {
    private let standing: PoolStanding

    init(_ standing: PoolStanding) {
        self.standing = standing
    }

    static let schemaName = "PoolStanding"
    static let example = PoolAnswer(
        PoolStanding(
            name: "session", status: PoolStatus(inUse: 3, idle: 17, waiting: 0, capacity: 50),
            load: PoolLoad(
                nanoseconds: 300_000_000_000, count: 120_000, busyNanoseconds: 900_000_000_000, busiestInUse: 6.5,
                level: .calm)))

    func write(to object: inout JSONObjectWriter) {
        let (status, load) = (standing.status, standing.load)
        object.field("name", standing.name, "Its name")
        object.field("capacity", status.capacity, "The most connections it may open")
        object.field("in_use", status.inUse, "Connections at work")
        object.field("idle", status.idle, "Connections open and free")
        object.field("waiting", status.waiting, "Callers waiting for one")
        object.field("waited", standing.waits.count, "Pieces of work that the waiting times are from")
        object.field("wait_p50_ms", milliseconds(standing.waits.p50), "Half of them waited at most so long")
        object.field("wait_p95_ms", milliseconds(standing.waits.p95), "95 of 100 did")
        object.field("wait_p99_ms", milliseconds(standing.waits.p99), "99 of 100 did")
        object.field("seconds", load.map { $0.nanoseconds / 1_000_000_000 }, "What the next five figures are from")
        object.field("begun", load?.count, "Transactions and reads that began; null where connections are shared")
        object.field("hold_ms", load.map { milliseconds($0.holdNanoseconds) }, "How long one held its connection")
        object.field("mean_in_use", load.map { rounded($0.inUse) }, "Connections at work on average")
        object.field("busiest_in_use", load.map { rounded($0.busiestInUse) }, "The same of the busiest ten seconds")
        object.field(
            "warning_percent", load?.level.flatMap { $0 == .calm ? nil : $0.rawValue },
            "The level of use that was passed: 70, 85 or 95; null while there is none")
    }
}

/// What was found about the database, as programs of operators see it.
struct FindingAnswer: JSONRepresentable {
    let finding: DatabaseFinding

    static let schemaName = "DatabaseFinding"
    static let example = FindingAnswer(finding: DatabaseFinding("Pages found in the server's memory", "99.4 %"))

    func write(to object: inout JSONObjectWriter) {
        object.field("subject", finding.subject, "What was looked at")
        object.field("value", finding.value, "What was found, with its unit")
        object.field("fine", finding.isFine, "Whether it is as it should be")
        object.field("advice", finding.advice, "What it means, or what to do; may be empty")
    }
}

/// Microseconds are as fine as anybody reads them.
private func milliseconds(_ nanoseconds: Int64) -> Double {
    Double(nanoseconds / 1000) / 1000
}

private func rounded(_ number: Double) -> Double {
    (number * 1000).rounded() / 1000
}
