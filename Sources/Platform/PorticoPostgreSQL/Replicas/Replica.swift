import PorticoSQL
import PorticoValues
import Synchronization

/// One copy of the server: its connections, and what is known of it.
final class Replica: Sendable {
    /// Host and port.
    let name: String
    let weight: Int
    let engine: PostgreSQLEngine
    let state = Mutex(ReplicaState())
    private let readCount = Atomic<Int>(0)
    private let failureCount = Atomic<Int>(0)
    private let ejectionCount = Atomic<Int>(0)

    init(_ address: ReplicaAddress, of configuration: PostgreSQLEngine.Configuration) throws {
        var own = configuration
        own.url = address.url
        own.replicas = []
        // All the connections it may have at peaks, but few of them while there is nothing to do.
        own.overflow += max(0, own.base - 4)
        own.base = min(own.base, 4)
        // The primary is there for what a busy copy has no connection for.
        own.acquireTimeout = min(own.acquireTimeout, .milliseconds(250))
        let settings = try ConnectionSettings(own)
        let name = settings.name
        self.name = name
        weight = address.weight
        let tell = configuration.onPoolLevel
        own.onPoolLevel = { tell("\($0) of \(name)", $1) }
        engine = try PostgreSQLEngine(own, settings)
    }

    var reads: Int { readCount.load(ordering: .relaxed) }
    /// Reads that failed here and went to the primary.
    var failures: Int { failureCount.load(ordering: .relaxed) }
    var ejections: Int { ejectionCount.load(ordering: .relaxed) }

    func noteRead() {
        readCount.wrappingAdd(1, ordering: .relaxed)
    }

    func noteFailure() {
        failureCount.wrappingAdd(1, ordering: .relaxed)
    }

    func note(_ changes: [ReplicaChange]) {
        for case .ejected in changes { ejectionCount.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Asks where it stands.
    /// - Throws: ``SQLError``.
    func sample() async throws -> ReplicaSample {
        let begunAt = monotonicNanoseconds()
        let rows = try await engine.fetch(
            """
            SELECT pg_is_in_recovery()::int, coalesce(pg_last_wal_replay_lsn() - '0/0'::pg_lsn, 0)::bigint,
                (extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000000000)::bigint
            """)
        var sample: ReplicaSample?
        try rows.forEach(limit: 1) { row in
            sample = ReplicaSample(
                replayed: LogPosition(UInt64(bitPattern: try row[1] as Int64)), isInRecovery: try row[0] as Int == 1,
                transactionAge: try row[2] as Int64?, begunAt: begunAt)
        }
        guard let sample else { throw SQLError(.other, message: "the copy does not say where it stands") }
        return sample
    }

    /// How it stands.
    func report(at now: Int64, _ rules: ReplicaRules) -> ReplicaReport {
        let state = state.withLock { $0 }
        let isFollowing = state.isFollowing(at: now, rules)
        return ReplicaReport(
            name: name, isFollowing: isFollowing, lag: state.lag.map { $0 / 1_000_000 },
            fault: isFollowing ? "" : state.fault?.text ?? "silent", isLate: state.isLate)
    }
}
